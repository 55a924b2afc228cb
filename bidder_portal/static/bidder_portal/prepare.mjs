/** The preparation page: files and letter stay on this machine, survive a reload, and are judged as one types. */

import { capitals, grouped, readFen } from "./capitals.mjs";
import { fileReasons, letterReasons } from "./letter.mjs";
import { byId, data, element, fill, icon, refusal, save, sentences, size, words } from "./page.mjs";
import { MOST_FILE } from "./sealing/hashing.mjs";
import { draftPath, keepStorage, missingAbilities, readDraft, readFile, removeFile, writeDraft, writeFile } from "./sealing/store.mjs";
import { reason, Refused } from "./sealing/refusal.mjs";

const { lot, organisation } = data;
const FIELDS = ["amount", "capitals", "duration", "person"];
const HINTS = {
  bid_letter: /投标函|letter/i, authorisation: /授权|委托|法定代表|身份/, price_schedule: /清单|报价|计价|boq/i,
  business_licence: /营业执照|licen[cs]e/i, qualification: /资质/, safety_permit: /安全生产/, engineer: /建造师|项目经理|负责人/,
  technical: /施工组织|技术|方案|technical/i, performance_record: /业绩/, bid_bond: /保证金|保函/, consortium_agreement: /联合体/,
};

let draft = { files: [] };
const pathOf = (id) => draftPath({ organisation, lot, id });

async function keep() {
  draft.saved = new Date().toISOString();
  await writeDraft(organisation, lot, draft);
  show();
}

const kindOf = ({ name }) => data.checklist.find(({ kind }) => HINTS[kind]?.test(name))?.kind ?? "attachment";

async function add(files, kind) {
  await keepStorage();
  for (const file of files) {
    const id = crypto.randomUUID();
    byId("total").textContent = fill(words.saving, { name: file.name });
    await writeFile(pathOf(id), file);
    draft.files.push({ id, kind: kind ?? kindOf(file), name: file.name, size: file.size, type: file.type });
  }
  await keep();
}

async function remove(id) {
  draft.files = draft.files.filter((file) => file.id !== id);
  await keep();
  await removeFile(pathOf(id));
}

async function view({ id, name, type }) {
  save(new Blob([await readFile(pathOf(id))], { type }), name);
}

function nameRow(file) {
  const look = element("button", { type: "button", text: words.view });
  look.addEventListener("click", () => view(file));
  const drop = element("button", { type: "button", text: words.remove });
  drop.addEventListener("click", () => remove(file.id).catch(refuse));
  const kind = { class: "name" };
  return element("div", kind, element("span", { text: `${file.name} · ${size(file.size)}` }), look, drop);
}

function showFiles() {
  for (const row of byId("list").children) {
    const files = draft.files.filter(({ kind }) => kind === row.dataset.kind);
    const bad = files.some(({ size: bytes }) => !bytes || bytes > MOST_FILE);
    row.className = files.length ? (bad ? "bad" : "") : "todo";
    row.querySelector("svg").replaceWith(icon(files.length ? (bad ? "bad" : "good") : "todo"));
    row.querySelector("[data-note]").hidden = files.length > 0;
    row.querySelector("[data-names]").replaceChildren(...files.map(nameRow));
  }
  const total = draft.files.reduce((sum, file) => sum + file.size, 0);
  byId("total").textContent = draft.files.length ? fill(words.count, { n: draft.files.length, size: size(total) }) : "";
}

function showPrice(reasons) {
  const fen = readFen(draft.amount ?? "");
  byId("amount-caps").textContent = fen && data.price_kind === "total" ? capitals(fen) : "";
  const ceiling = readFen(data.ceiling);
  const below = fen && ceiling && fen <= ceiling ? (Number(((ceiling - fen) * 10000n) / ceiling) / 100).toFixed(2) : null;
  byId("amount-below").textContent = below === null ? "" : fill(words.below, { percent: below });
  const typed = (draft.capitals ?? "") !== "";
  const differs = reasons.find(({ word }) => word === "capitals_differ");
  byId("capitals")?.classList.toggle("is-invalid", Boolean(differs && typed));
  const error = byId("capitals-error");
  if (error) {
    error.hidden = !differs;
    if (differs) error.firstElementChild.textContent = fill(words.capitals_differ, differs.values);
  }
}

function show() {
  const reasons = [...fileReasons(draft, data), ...letterReasons(draft, data)];
  showFiles();
  showPrice(reasons);
  const time = draft.saved ? new Date(draft.saved).toLocaleTimeString("sv-SE") : "";
  const kept = draft.saved ? fill(words.kept, { time }) : "";
  const rows = reasons.map(({ word, values = {}, at }) => ({ text: fill(words[word], values), href: `#${at}` }));
  const title = fill(words.not_ready, { n: rows.length });
  const started = draft.saved || draft.files.length;
  byId("said").replaceChildren(...(started && rows.length ? [refusal({ title, reasons: rows, kept })] : []));
  for (const link of [byId("go"), byId("go-dock")].filter(Boolean)) {
    link.classList.toggle("disabled", rows.length > 0);
    link.toggleAttribute("aria-disabled", rows.length > 0);
  }
  byId("go-note").textContent = rows.length ? title : words.ready;
}

function refuse(error) {
  const reasons = sentences(error);
  byId("said").replaceChildren(refusal({ title: reasons[0], reasons }));
}

function listenToFields() {
  for (const name of FIELDS) {
    byId(name)?.addEventListener("input", ({ target }) => {
      draft[name] = target.value;
      keep().catch(refuse);
    });
  }
  byId("amount").addEventListener("change", ({ target }) => {
    const fen = readFen(target.value);
    if (fen && data.price_kind === "total") target.value = draft.amount = grouped(fen);
  });
  byId("amended")?.addEventListener("change", ({ target }) => {
    draft.amended = target.checked ? data.amendment : null;
    keep().catch(refuse);
  });
  byId("adopt")?.addEventListener("click", () => {
    byId("capitals").value = draft.capitals = capitals(readFen(draft.amount));
    keep().catch(refuse);
  });
}

function listenToFiles() {
  document.addEventListener("change", ({ target }) => {
    if (target.type !== "file") return;
    add([...target.files], target.dataset.kind).catch(refuse);
    target.value = "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("label.link") && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      event.target.querySelector("input").click();
    }
  });
  const drop = byId("drop");
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  document.addEventListener("dragover", () => drop.classList.add("over"));
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    const kind = event.target.closest?.("[data-kind]")?.dataset.kind;
    add([...event.dataTransfer.files], kind).catch(refuse);
  });
}

async function begin() {
  draft = (await readDraft(organisation, lot)) ?? { files: [] };
  for (const name of FIELDS) if (byId(name)) byId(name).value = draft[name] ?? "";
  if (byId("amended")) byId("amended").checked = draft.amended === data.amendment;
  listenToFields();
  listenToFiles();
  show();
  // Only now: what is typed or laid before the draft is here would be lost.
  byId("letter-fields").disabled = false;
  for (const input of document.querySelectorAll("input[type=file]")) input.disabled = false;
}

const missing = missingAbilities();
if (missing.length) refuse(new Refused(missing.map((check) => reason(check, check))));
else begin().catch(refuse);
