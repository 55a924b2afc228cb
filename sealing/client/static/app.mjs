/** The page: asks the program for its state, draws the six steps, and asks for one act at a time. */

import { button, byId, choose, facts, grouped, h, instant, reasonRow, refusal, size } from "./draw.mjs";
import { foundWords, isEnglish, say, setLanguage } from "./words.mjs";

const STEPS = ["package", "key", "source", "letter", "seal", "after"];
const POLL = 300; // milliseconds between looks at a sealing under way
let state = {};
let refused = {}; // step → reasons of its last act
let told = {}; // step → an element to show
const typed = {}; // field → what was typed
const unfolded = {};
const draft = { price: "", price_kind: "total", duration: "", person: "", bidder_name: "", roles: {}, with_machine: true, kept: false };

/** One act of the program; throws its reasons. */
async function act(name, body = {}) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`act/${name}`, options).catch(() => null);
  if (!answer) throw [{ check: "output", reason: say("gone") }];
  const body_ = await answer.json();
  if (!answer.ok) throw body_.refused;
  return body_;
}

/** Carry out what a step asks; its refusal is shown in that step. `after` gets the answer. */
async function does(step, name, body, after = (answer) => (state = answer)) {
  try {
    after(await act(name, body));
    delete refused[step];
    if (step === "key") passphrases().forEach((input) => (input.value = ""));
  } catch (reasons) {
    if (!Array.isArray(reasons)) throw reasons;
    refused[step] = reasons;
  }
  draw();
}

const look = (path) => act("browse", { path });
const folderOf = (file) => (file ? file.replace(/[\\/][^\\/]*$/, "") : "");

async function picked(step, name, { title, want, ending, body = (path) => ({ path }) }) {
  const path = await choose({ title, want, ending, start: folderOf(state.package?.file), look });
  if (path) await does(step, name, body(path));
}

// ── the steps ──

function packageStep() {
  const found = state.package;
  const pick = () => picked("package", "package", { title: say("choose_package"), want: "file", ending: ".json" });
  if (!found) return [h("p", {}, say("package_why")), h("div.row", {}, button(say("choose_package"), pick, { main: true }))];
  const policy = say(`policy_${found.policy}`, { t: found.threshold, n: found.custodians.length });
  return [
    facts([
      [say("tender"), h("span.num", {}, found.tender)], [say("lot"), h("span.num", {}, found.lot)], [say("suite"), found.suite],
      [say("deadline"), h("b.num", {}, instant(found.deadline))], [say("sequence"), h("span.num", {}, found.sequence)], [say("amendment"), h("span.num", {}, found.amendment)],
      [say("signed_by"), `${found.agency.name} ${found.agency.organisation}`, ".w2"], [say("bidder"), h("span.num", {}, found.bidder)],
      [say("document_hash"), h("span.mono", {}, grouped(found.document_hash)), ".w3"], [say("policy"), policy, ".w3"],
    ]),
    found.custodians.length ? custodianTable(found.custodians) : null,
    ...found.roots.map(rootBox),
    ...found.overdue.slice(0, 1).map(() => h("div.note", {}, say("overdue"))),
    h("div.row", {}, button(say("choose_other"), pick, { small: true }), h("span.mono", {}, found.file)),
  ];
}

function custodianTable(rows) {
  const chain = ({ reasons }) => (reasons.length ? h("span.tag.red", { title: reasons.map(({ reason }) => foundWords(reason)).join("\n") }, say("chain_bad")) : h("span.tag.done", {}, "✓ ", say("chain_good")));
  return h("table.tbl", {},
    h("thead", {}, h("tr", {}, ["custodian", "code", "kid", "chain"].map((name) => h("th", { scope: "col" }, say(name))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("td", {}, row.name), h("td.num", {}, row.organisation), h("td.mono", { title: row.kid }, `${row.kid.slice(0, 16)}…`), h("td", {}, chain(row))))));
}

function rootBox({ fingerprint, name, confirmed }) {
  const file = () => picked("package", "root", { title: say("root_file"), want: "file" });
  const acts = h("div.row", {}, button(say("root_confirm"), () => does("package", "confirm", { fingerprint }), { main: true }), button(say("root_file"), file));
  return h("div.box", {}, h("h3", {}, say("root"), " ", confirmed ? h("span.tag.done", {}, "✓ ", say("root_good")) : h("span.tag.red", {}, say("root_open"))),
    h("p.mono.fp", {}, grouped(fingerprint)), h("p.quiet", {}, name), confirmed ? null : h("p", {}, say("root_why")), confirmed ? null : acts);
}

const field = (label, input, hint = "", wide = "") => h(`label${wide}`, {}, label, hint ? h("small", {}, ` · ${hint}`) : null, input);

/** A text field that keeps what was typed when the page is drawn again; passphrases are kept by `undisturbed` alone. */
function text(id, value = "", type = "text") {
  const input = h("input", { type, id, value: (type === "text" && typed[id]) || value, autocomplete: "off", spellcheck: "false" });
  input.addEventListener("input", () => type === "text" && (typed[id] = input.value));
  return input;
}

function fill(input, value) {
  input.value = typed[input.id] = value;
}

/** A part that folds, and stays as the person left it. */
function folding(id, open, ...children) {
  const made = h("details", { open: unfolded[id] ?? open }, ...children);
  made.querySelector("summary").addEventListener("click", () => (unfolded[id] = !made.open));
  return made;
}

function keyStep() {
  const found = state.key;
  return [
    found ? keyFacts(found) : h("p", {}, say("key_why")),
    folding("open", !found, h("summary", {}, say("open_key")), ...openKeyForm()),
    folding("make", false, h("summary", {}, say("make_key")), ...makeKeyForm()),
    found ? folding("certify", Boolean(state.package && !found.certified), h("summary", {}, say("certify")), ...certifyForm()) : null,
  ];
}

function keyFacts(found) {
  const standing = found.certified ? h("span.tag.done", {}, "✓ ", say("certified")) : h("span.tag", {}, say("not_certified"));
  return facts([
    [say("organisation"), `${found.name} ${found.organisation}`, ".w2"], [say("suite"), found.suite],
    [say("kid"), h("span.mono", {}, found.kid), ".w3"], [say("key_file"), h("span.mono", {}, found.file), ".w2"], [say("until"), [h("span.num", {}, instant(found.until).slice(0, 10)), " ", standing]],
  ]);
}

function openKeyForm() {
  const path = text("key-path", state.key?.file ?? "");
  const pass = text("key-pass", "", "password");
  const pick = async () => {
    const chosen = await choose({ title: say("open_key"), want: "file", ending: ".key", start: folderOf(path.value || state.package?.file), look });
    if (chosen) fill(path, chosen);
  };
  return [
    h("div.grid", {}, field(say("key_file"), path, "", ".wide"), field(say("passphrase"), pass)),
    h("div.row", {}, button(say("pick"), pick), button(say("open_now"), () => does("key", "open-key", { path: path.value, passphrase: pass.value }, opened), { main: true })),
  ];
}

function opened(answer) {
  state = answer;
  for (const id of ["open", "make", "certify"]) delete unfolded[id];
}

function makeKeyForm() {
  const [name, code] = [text("new-name", "bidder"), text("new-code", state.package?.bidder ?? "")];
  const [folder, pass, again] = [text("new-folder", folderOf(state.package?.file) || state.home), text("new-pass", "", "password"), text("new-again", "", "password")];
  const suite = h("select", { id: "new-suite" }, state.suites.map((one) => h("option", { selected: one === (state.package?.suite ?? "GM-1") }, one)));
  const pick = async () => {
    const chosen = await choose({ title: say("folder"), want: "folder", start: folder.value, look });
    if (chosen) fill(folder, chosen);
  };
  const make = () => {
    if (pass.value !== again.value) {
      refused.key = [{ check: "key", reason: say("passphrases_differ") }];
      return draw();
    }
    return does("key", "make-key", { folder: folder.value, name: name.value, organisation: code.value, suite: suite.value, passphrase: pass.value }, opened);
  };
  return [
    h("div.grid", {}, field(say("code"), code), field(say("suite"), suite), field(say("file_name"), name), field(say("folder"), folder), field(say("passphrase"), pass, say("passphrase_hint")), field(say("passphrase2"), again)),
    h("div.row", {}, button(say("pick"), pick), button(say("make_now"), make, { main: true })),
  ];
}

function certifyForm() {
  const challenge = text("challenge");
  const pass = text("adopt-pass", "", "password");
  const prove = () => does("key", "prove", { challenge: challenge.value.trim(), folder: folderOf(state.key.file) }, ({ file }) => (told.key = h("div.note", {}, say("request_made", { file }))));
  const adopt = () => picked("key", "adopt", { title: say("adopt"), want: "file", ending: ".pub", body: (path) => ({ path, passphrase: pass.value }) });
  return [
    h("p.quiet", {}, say("certify_why")), h("div.grid", {}, field(say("challenge"), challenge, "", ".wide"), field(say("passphrase"), pass)),
    h("div.row", {}, button(say("make_request"), prove), button(say("adopt"), adopt)), told.key ?? null,
  ];
}

function sourceStep() {
  const found = state.source;
  const pick = () => picked("source", "source", { title: say("choose_source"), want: "either" });
  if (!found) return [h("p", {}, say("source_why")), h("div.row", {}, button(say("choose_source"), pick, { main: true }))];
  const roleOf = (row) => h("select", { "aria-label": `${say("role")} ${row.name}`, onchange: ({ target }) => ((draft.roles[row.name] = target.value), (draft.kept = false)) },
    state.roles.map((role) => h("option", { value: role, selected: role === (draft.roles[row.name] ?? row.role) }, say(`role_${role}`))));
  return [
    h("table.tbl", {}, h("thead", {}, h("tr", {}, h("th", {}, say("name")), h("th.r", {}, say("bytes")), h("th", {}, say("role")))),
      h("tbody", {}, found.files.map((row) => h("tr", {}, h("td", {}, row.name), h("td.r.num", {}, size(row.size)), h("td", {}, roleOf(row)))))),
    h("div.row", {}, button(say("choose_other"), pick, { small: true }), h("span.mono", {}, found.path), h("span.quiet.num.push", {}, say("total", { n: found.files.length, size: size(found.total) }))),
  ];
}

function letterStep() {
  const bound = (name, type = "text") => {
    const input = h("input", { type, id: `letter-${name}`, value: draft[name], autocomplete: "off" });
    input.addEventListener("input", () => ((draft[name] = input.value), (draft.kept = false)));
    return input;
  };
  const kind = h("select", { id: "letter-kind", onchange: ({ target }) => ((draft.price_kind = target.value), (draft.kept = false)) },
    ["total", "rate", "discount"].map((one) => h("option", { value: one, selected: one === draft.price_kind }, say(`kind_${one}`))));
  return [
    h("p", {}, say("letter_why")),
    h("div.grid", {}, field(say("price"), bound("price"), say("price_hint")), field(say("price_kind"), kind), field(say("duration"), bound("duration")), field(say("person"), bound("person")), field(say("bidder_name"), bound("bidder_name"), "", ".wide")),
    machineBox(),
    h("div.row", {}, button(say("keep"), keepLetter, { main: true }), draft.kept ? h("span.tag.done", {}, "✓ ", say("kept")) : null),
  ];
}

function machineBox() {
  const rows = Object.entries(state.machine).map(([name, marks]) => [say(name), h("span.mono", {}, marks.length ? marks.join("; ") : say("machine_none"))]);
  const tick = h("input", { type: "checkbox", id: "with-machine", checked: draft.with_machine, onchange: ({ target }) => ((draft.with_machine = target.checked), (draft.kept = false)) });
  return h("div.box", {}, h("h3", {}, say("machine")), h("p.quiet", {}, say("machine_why")), facts(rows, ".one"), h("label.tick", {}, tick, say("machine_with")));
}

function keepLetter() {
  const fields = { price: draft.price.replace(/[,\s]/g, ""), price_kind: draft.price_kind };
  if (draft.duration) fields.duration_days = /^\d{1,5}$/.test(draft.duration) ? Number(draft.duration) : 0;
  if (draft.person) fields.key_persons = [{ name: draft.person.trim().normalize("NFC"), role: "project_manager" }];
  if (draft.bidder_name) fields.bidder_name = draft.bidder_name.trim().normalize("NFC");
  return does("letter", "letter", { fields, roles: draft.roles, with_machine: draft.with_machine }, (answer) => {
    state = answer;
    draft.kept = true;
  });
}

function sealStep() {
  const job = state.job;
  const busy = job && ["measuring", "sealing", "checking"].includes(job.state);
  const pick = async () => {
    const folder = await choose({ title: say("choose_out"), want: "folder", start: folderOf(state.package?.file), look });
    if (folder) await does("seal", "seal", { folder }, (answer) => ((state.job = answer), setTimeout(poll, POLL)));
  };
  const ready = !state.problems.length && draft.kept;
  const start = h("div.row", {}, button(say("seal_now"), pick, { main: true, disabled: !ready || busy }));
  if (!job) return [h("p", {}, say("seal_why")), start];
  if (busy) return [h("p.num", { "aria-live": "polite" }, say(job.state, job)), h("progress", { value: job.done, max: job.count || 1, "aria-label": say("step_seal") })];
  if (job.state === "refused") return [refusal(job.reasons), start];
  return [
    h("div.good", { role: "status" }, h("h3", {}, "✓ ", say("done")), h("p", {}, say(job.opened ? "done_opened" : "done_inspected")),
      facts([[say("digest"), h("span.mono.fp", { id: "digest" }, grouped(job.bid_digest)), ".w3"], [say("sealed_file"), h("span.mono", {}, job.file), ".w2"], [say("bytes"), h("span.num", {}, size(job.size))]])),
    h("div.note", {}, say("next")), start,
  ];
}

async function poll() {
  state.job = await act("progress").catch(() => state.job);
  if (["measuring", "sealing", "checking"].includes(state.job?.state)) setTimeout(poll, POLL);
  draw();
}

function afterStep() {
  const inspect = async () => {
    const path = await choose({ title: say("inspect"), want: "file", ending: ".bid", start: folderOf(state.job?.file ?? state.package?.file), look });
    if (path) await does("after", "inspect", { path }, (answer) => (told.after = inspected(answer)));
  };
  const release = async () => {
    const path = await choose({ title: say("release"), want: "file", ending: ".bid", start: folderOf(state.job?.file ?? state.package?.file), look });
    if (path) await does("after", "release", { path }, ({ file }) => (told.after = h("div.note", {}, say("released", { file }))));
  };
  const withdraw = async () => {
    const path = await choose({ title: say("withdraw"), want: "file", ending: ".bid", start: folderOf(state.job?.file ?? state.package?.file), look });
    if (path) await does("after", "withdraw", { path }, ({ file }) => (told.after = h("div.note", {}, say("withdrawn", { file }))));
  };
  const buttons = [button(say("inspect"), inspect), button(say("release"), release, { disabled: !state.key }), button(say("withdraw"), withdraw, { disabled: !state.key })];
  return [h("p", {}, say("after_why")), h("div.row", {}, ...buttons), h("p.quiet", {}, say("release_why")), h("p.quiet", {}, say("withdraw_why")), withoutFile(), told.after ?? null];
}

/** A withdrawal of a bid whose sealed file was not kept: lot and digest stand on its receipt. */
function withoutFile() {
  const [lot, digest] = [text("gone-lot", state.package?.lot ?? ""), text("gone-digest")];
  const sign = async () => {
    const folder = await choose({ title: say("choose_statement"), want: "folder", start: folderOf(state.key?.file), look });
    const body = { lot: lot.value, bid_digest: digest.value, folder };
    if (folder) await does("after", "withdraw-named", body, ({ file }) => (told.after = h("div.note", {}, say("withdrawn", { file }))));
  };
  return folding("gone", false, h("summary", {}, say("withdraw_named")),
    h("div.grid", {}, field(say("lot"), lot), field(say("digest_named"), digest, "", ".wide")), h("div.row", {}, button(say("withdraw"), sign, { disabled: !state.key })));
}

function inspected({ bid_digest: digest, binding, signer, count, size: bytes }) {
  return h("div.box", {}, facts([
    [say("digest"), h("span.mono.fp", {}, grouped(digest)), ".w3"], [say("lot"), h("span.num", {}, binding.lot)], [say("deadline"), h("span.num", {}, instant(binding.deadline))], [say("suite"), binding.suite],
    [say("bidder"), `${signer.name} ${signer.organisation}`, ".w2"], [say("bytes"), h("span.num", {}, `${size(bytes)} · ${count}`)], [say("chain"), say(signer.verified ? "verified" : "unverified"), ".w3"],
  ]));
}

// ── the whole page ──

const DRAW = { package: packageStep, key: keyStep, source: sourceStep, letter: letterStep, seal: sealStep, after: afterStep };

function standing() {
  return {
    package: Boolean(state.package?.roots.some(({ confirmed }) => confirmed)),
    key: Boolean(state.key?.certified), source: Boolean(state.source), letter: draft.kept, seal: state.job?.state === "done", after: false,
  };
}

const passphrases = () => [...document.querySelectorAll("#steps input[type=password]")];

/** Draw without taking away the passphrases typed so far, which no variable keeps, or where the person is writing. */
function undisturbed(drawing) {
  const secrets = passphrases().map(({ id, value }) => [id, value]);
  const { id: place, selectionStart: start, selectionEnd: end } = document.activeElement ?? {};
  drawing();
  for (const [id, value] of secrets) if (byId(id)) byId(id).value = value;
  const writing = place && byId(place);
  if (!writing || writing === document.activeElement) return;
  writing.focus({ preventScroll: true });
  if (typeof start === "number") writing.setSelectionRange(start, end);
}

function drawSteps() {
  const numbers = say("numbers").split(",");
  byId("steps").replaceChildren(...STEPS.map((step, place) =>
    h("section.sec", { id: step }, h("header", {}, h("h2", {}, numbers[place], say(`step_${step}`))), ...[DRAW[step]()].flat(), refused[step] ? refusal(refused[step]) : null)));
}

function drawRuler() {
  const done = standing();
  const now = STEPS.find((step) => !done[step]);
  byId("ruler").replaceChildren(...STEPS.map((step) => h(`li${done[step] ? ".done" : step === now ? ".now" : ""}`, step === now ? { "aria-current": "step" } : {}, say(`step_${step}`))));
}

function drawAside() {
  const problems = [...state.problems, ...(draft.kept ? [] : [{ check: "manifest", reason: say("letter_open") }])];
  byId("aside").replaceChildren(
    ...(state.package ? [h("div.box", {}, h("h3", {}, say("countdown")), h("p.clock", { id: "clock" }), h("p.quiet.num", {}, instant(state.package.deadline)))] : []),
    h("div.box", {}, h("h3", {}, problems.length ? say("missing") : say("ready")), problems.length ? h("ol.todo", {}, problems.map(reasonRow)) : h("p", {}, "✓")),
  );
  tick();
}

function tick() {
  if (!byId("clock")) return;
  const left = Date.parse(state.package.deadline) - Date.now();
  const pad = (number) => String(number).padStart(2, "0");
  const [days, hours, minutes, seconds] = [left / 86400000, (left / 3600000) % 24, (left / 60000) % 60, (left / 1000) % 60].map(Math.floor);
  byId("clock").textContent = left <= 0 ? say("over") : `${days ? say("days", { n: days }) : ""}${pad(hours)}:${pad(minutes)}:${pad(seconds)}`;
  byId("clock").classList.toggle("red", left < 3600000);
}

function draw() {
  document.documentElement.lang = isEnglish() ? "en" : "zh-CN";
  for (const id of ["strip", "product", "offline", "leave", "heading", "lead"]) byId(id).textContent = say(id);
  byId("product").textContent += state.version ? ` ${state.version}` : "";
  byId("language").textContent = isEnglish() ? "中文" : "English";
  undisturbed(() => (drawRuler(), drawSteps(), drawAside()));
}

byId("language").addEventListener("click", () => {
  setLanguage(!isEnglish());
  draw();
});
byId("leave").addEventListener("click", async () => {
  await act("leave").then(() => document.body.replaceChildren(h("p.wrap.page", {}, say("left"))), (reasons) => ((refused.seal = reasons), draw()));
});
setInterval(tick, 1000);
state = await act("state");
draw();
