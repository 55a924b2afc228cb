// The committee's room: keys lead from cell to cell, and what is typed is saved as one works. Without this script the
// same forms do the same. Saves are patches of the cells that were touched on the version this page was made from, one
// cell or several side by side; a stale page is told so and keeps what was typed.

const holder = document.getElementById("room-data");
const data = holder ? JSON.parse(holder.textContent) : null;
const form = document.querySelector(".markform");
const cells = [...document.querySelectorAll(".markcell")];
const saved = document.getElementById("saved");
const merge = document.getElementById("merge");
const pause = 700; // milliseconds after the last key
let version = data?.version ?? 0;
const dirty = new Set(); // the cells with something that is not on the server
let timer = 0;
let running = null;

function markOf(cell) {
  const given = new FormData(form);
  const text = (name) => String(given.get(cell.dataset.prefix + name) ?? "").trim();
  return { value: text("value").replace(/。|．/g, ".") || text("tier"), reason: text("reason"), suggestion: text("suggestion") };
}

function say(text, bad = false) {
  saved.textContent = text;
  saved.classList.toggle("red", bad);
}

async function save() {
  const sent = [...dirty];
  dirty.clear();
  say(data.words.saving);
  const patch = Object.fromEntries(sent.map((cell) => [cell.dataset.bid, { [data.item]: markOf(cell) }]));
  const body = JSON.stringify({ version, patch });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  let answer;
  try {
    answer = await fetch(document.getElementById("room-urls").dataset.save, { method: "POST", headers, body });
  } catch {
    sent.forEach((cell) => dirty.add(cell));
    say(data.words.failed, true);
    timer = setTimeout(flush, 5000);
    return false;
  }
  return answer.ok ? accepted(await answer.json()) : refused(answer, sent);
}

function accepted(told) {
  version = told.version;
  form.elements.version.value = version;
  merge.hidden = true;
  say(`${data.words.saved} ${new Date(told.saved_at).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" })}`);
  document.getElementById("done").textContent = told.done;
  document.getElementById("progress").value = told.done;
  return true;
}

async function refused(answer, sent) {
  sent.forEach((cell) => dirty.add(cell));
  const told = await answer.json().catch(() => ({ refused: [{ reason: String(answer.status) }] }));
  if (told.refused.some((one) => one.check === "stale_sheet")) {
    say(data.words.stale, true);
    const button = merge.querySelector("button");
    button.textContent = data.words.merge;
    button.onclick = () => {
      version = told.version;
      flush();
    };
    merge.hidden = false;
  } else {
    say(data.words.refused + told.refused.map((one) => one.reason).join("；"), true);
  }
  return false;
}

// One save at a time, the latest state last; resolves to whether everything is on the server.
async function flush() {
  clearTimeout(timer);
  while (running) await running;
  if (!dirty.size) return true;
  running = save().finally(() => {
    running = null;
  });
  return running;
}

function changed(cell) {
  dirty.add(cell);
  clearTimeout(timer);
  timer = setTimeout(flush, pause);
}

async function go(href) {
  if (data && !(await flush())) return;
  location.href = href;
}

// A tier stands for a range: choosing one puts its highest score, a typed score finds its tier.
const field = (cell, name) => form.elements[cell.dataset.prefix + name];

function tierOf(cell) {
  const score = Number(field(cell, "value")?.value || NaN);
  for (const radio of cell.querySelectorAll("input[data-low]")) {
    radio.checked = score >= Number(radio.dataset.low) && score <= Number(radio.dataset.high);
  }
}

for (const cell of cells) {
  tierOf(cell);
  cell.addEventListener("input", (event) => {
    const name = event.target.name.slice(cell.dataset.prefix.length);
    if (name === "tier") field(cell, "value").value = event.target.value;
    else if (name === "value") tierOf(cell);
    if (data?.open) changed(cell);
  });
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.submitter?.focus();
    clearTimeout(timer);
    if (running) {
      event.preventDefault(); // the form would carry a version that is just being replaced
      running.finally(() => form.requestSubmit(event.submitter));
      return;
    }
    dirty.clear(); // the form carries it
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !dirty.size || link.target || event.ctrlKey || event.metaKey || link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  go(link.href);
});

function typing(target) {
  return target.matches("input:not([type=radio]), textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") document.activeElement?.blur();
  if (typing(event.target)) return;
  const arrows = event.key.startsWith("Arrow");
  if (arrows && event.target.matches("input, [tabindex], summary")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const link = [...document.querySelectorAll("a[data-key]")].find((one) => one.dataset.key.split(" ").includes(key));
  if (link) {
    event.preventDefault();
    go(link.href);
    return;
  }
  const here = event.target.closest(".markcell") ?? (cells.length === 1 ? cells[0] : null); // side by side: the cell in use
  const tier = here?.querySelector(`input[data-tier="${CSS.escape(key)}"]:enabled`);
  if (tier && /^[0-9]$/.test(key)) {
    event.preventDefault();
    tier.checked = true;
    tier.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

window.addEventListener("beforeunload", (event) => {
  if (dirty.size) event.preventDefault();
});
