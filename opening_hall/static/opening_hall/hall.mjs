// The live opening. The server sends the whole public state after every act; this page draws what changed.
// Words come from the page (data block `hall-words`), so that this file speaks no language of its own.

const root = document.getElementById("hall");
const words = JSON.parse(document.getElementById("hall-words").textContent);
const lot = root.dataset.lot;
const LONGEST_PAUSE = 15000;
let state = JSON.parse(document.getElementById("hall-state").textContent);
let attempts = 0;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const clockTime = (iso) => (iso ? new Date(iso).toLocaleTimeString("sv-SE", { timeZone: "Asia/Shanghai" }) : "");
const yuan = (text) => {
  const [whole, cents] = text.split(".");
  return `¥${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${cents ?? "00"}`;
};
const each = (name, draw) => root.querySelectorAll(`[data-slot="${name}"]`).forEach(draw);
const write = (name, text) => each(name, (node) => { if (node.textContent !== text) node.textContent = text; });

function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function drawLock(bidder) {
  const node = clone(`lock-${bidder.lock}`);
  node.dataset.no = bidder.no;
  node.querySelector(".no").textContent = bidder.no;
  node.querySelector("b").textContent = bidder.name;
  node.querySelector("small").textContent = fill(words.lockDetail[bidder.detail] ?? "", {
    at: clockTime(bidder.at), have: bidder.have, need: bidder.need,
  });
  node.querySelector("[data-st]").textContent = words.lock[bidder.lock];
  return node;
}

function drawLocks() {
  each("locks", (list) => {
    const before = new Map([...list.children].map((node) => [node.dataset.no, node.dataset.key]));
    list.replaceChildren(...state.bidders.map((bidder) => {
      const node = drawLock(bidder);
      node.dataset.key = bidder.lock;
      if (before.has(String(bidder.no)) && before.get(String(bidder.no)) !== bidder.lock) node.classList.add("fresh");
      return node;
    }));
  });
  each("locks-section", (node) => { node.hidden = state.bidders.length === 0; });
  write("bidder-count", fill(words.bidderCount, { count: state.bidders.length }));
}

function priceRow(bidder) {
  const row = clone("price-row");
  const cells = {
    no: bidder.no, name: bidder.name, price: yuan(bidder.price),
    duration: bidder.duration ? fill(words.days, { days: bidder.duration }) : "—",
    by: words.openedBy[bidder.by] ?? "",
    mark: bidder.over_ceiling ? words.overCeiling : words.withinCeiling,
    confirmed: bidder.confirmed_at ? fill(words.confirmed, { at: clockTime(bidder.confirmed_at) })
      : state.step === "finished" ? words.neverConfirmed : words.unconfirmed,
  };
  for (const [name, text] of Object.entries(cells)) {
    const cell = row.querySelector(`[data-cell="${name}"]`);
    if (cell) cell.textContent = text;
  }
  row.querySelector('[data-cell="mark"]')?.classList.toggle("red", Boolean(bidder.over_ceiling));
  return row;
}

function drawPrices() {
  const priced = state.bidders.filter((bidder) => bidder.price);
  each("prices", (body) => body.replaceChildren(...priced.map(priceRow)));
  each("prices-table", (node) => { node.hidden = priced.length === 0; });
  each("prices-empty", (node) => { node.hidden = priced.length > 0; });
  const left = state.bidders.filter((bidder) => bidder.lock !== "open").length;
  write("prices-left", left ? fill(words.keysLeft, { count: left }) : words.keysAll);
}

function drawShares() {
  each("shares", (table) => {
    const head = document.createElement("tr");
    head.append(...["", ...state.bidders.map((b) => b.no)].map((text, n) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = n === 0 ? words.custodian : text;
      return cell;
    }));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...state.custodians.map((custodian) => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = custodian.name;
      row.append(name, ...state.bidders.map((b) => {
        const cell = clone(custodian.shares.includes(b.no) ? "share-came" : "share-missing");
        return cell;
      }));
      return row;
    }));
  });
  each("shares-section", (node) => { node.hidden = state.custodians.length === 0 || state.bidders.length === 0; });
}

function drawLog() {
  each("log", (list) => {
    const known = new Set([...list.children].map((node) => node.dataset.index));
    list.replaceChildren(...state.log.map((line) => {
      const node = clone("log-line");
      node.dataset.index = line.index;
      node.querySelector("time").textContent = clockTime(line.at);
      node.querySelector("[data-text]").textContent = fill(words.log[line.kind] ?? line.kind, line.values);
      node.querySelector("small").textContent = `#${line.index}`;
      if (known.size && !known.has(String(line.index))) node.classList.add("fresh");
      return node;
    }));
  });
}

function drawMessages() {
  each("messages", (list) => list.replaceChildren(...state.messages.map((line) => {
    const node = clone("message-line");
    node.querySelector("time").textContent = clockTime(line.at);
    node.querySelector("[data-text]").textContent = line.text;
    node.querySelector("small").textContent = `${line.author} · ${words.message[line.kind]}`;
    return node;
  })));
  each("messages-section", (node) => { node.hidden = state.messages.length === 0; });
}

function drawSteps() {
  const present = state.steps.findIndex((step) => step.key === state.step);
  each("steps", (list) => [...list.children].forEach((node, n) => {
    node.classList.toggle("done", n < present || state.step === "finished");
    node.classList.toggle("now", n === present);
    if (n === present) node.setAttribute("aria-current", "step");
    else node.removeAttribute("aria-current");
    const step = state.steps[n];
    const small = node.querySelector("small");
    if (small) small.textContent = step.note || clockTime(step.at);
  }));
  const name = words.step[state.step] ?? words.finished;
  write("step", name);
  write("step-of", fill(words.stepOf, { n: present < 0 ? state.steps.length : present + 1, of: state.steps.length }));
}

// Coefficients drawn in the hall stand beside the ceiling, once they are drawn.
function drawDrawn() {
  each("drawn", (list) => {
    list.querySelectorAll("[data-coefficient]").forEach((node) => node.remove());
    list.append(...Object.entries(state.drawn).map(([name, value]) => {
      const [pair, term, figure] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
      pair.dataset.coefficient = name;
      term.textContent = words.coefficient[name] ?? name;
      figure.textContent = value;
      pair.append(term, figure);
      return pair;
    }));
  });
}

function drawRecord() {
  const finished = state.step === "finished";
  each("record-link", (node) => { node.hidden = !finished; });
  if (finished) write("record-title", words.recorded);
}

function drawWindow() {
  each("until", (node) => { node.hidden = state.stage !== "announced"; });
  const counting = state.stage === "opening" && state.window_ends_at && !state.paused;
  each("count", (node) => { node.hidden = !counting; });
  each("paused", (node) => { node.hidden = !state.paused; });
  if (!counting) return;
  const left = Math.max(0, Math.floor((Date.parse(state.window_ends_at) - serverNow()) / 1000));
  const [hours, rest] = [Math.floor(left / 3600), left % 3600];
  const digits = [Math.floor(rest / 60), rest % 60].map((n) => String(n).padStart(2, "0"));
  write("left", (hours ? [String(hours), ...digits] : digits).join(":"));
  write("window-ends", fill(words.windowEnds, { at: clockTime(state.window_ends_at) }));
}

let offset = 0;
const serverNow = () => Date.now() + offset;

function draw(next) {
  if (next.index < state.index) return; // a frame that was overtaken
  const stageMoved = next.stage !== state.stage;
  state = next;
  offset = Date.parse(state.now) - Date.now();
  for (const part of [drawSteps, drawDrawn, drawLocks, drawShares, drawPrices, drawLog, drawMessages, drawRecord, drawWindow]) part();
  write("watching", state.watching ? fill(words.watching, { count: state.watching }) : ""); // unknown until connected
  write("stage", words.stage[state.stage] ?? state.stage);
  root.dispatchEvent(new CustomEvent("hall:state", { detail: { state, stageMoved } }));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/hall/${encodeURIComponent(lot)}/`);
  socket.addEventListener("message", (event) => { attempts = 0; setOnline(true); draw(JSON.parse(event.data)); });
  socket.addEventListener("close", () => { setOnline(false); again(); });
}

function again() {
  const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** attempts) * (0.5 + Math.random() / 2);
  attempts += 1;
  setTimeout(async () => { await fetchState(); connect(); }, pause);
}

async function fetchState() {
  try {
    const answer = await fetch(root.dataset.stateUrl, { headers: { Accept: "application/json" } });
    if (answer.ok) draw(await answer.json());
  } catch { /* offline: the next attempt asks again */ }
}

function setOnline(online) {
  each("offline", (node) => { node.hidden = online; });
}

draw(state);
setInterval(drawWindow, 500);
connect();
