/** The receipt checker of the evidence page: files are read here, judged here, and stay here. */

import { parseFree } from "../bidder_portal/sealing/canonical.mjs";
import { expanded, verifyReceipt } from "./receipt.mjs";

const MOST = 1 << 20; // of a receipt, as `ledger.offline`
const MAGIC = "BIDSEAL";

const section = document.getElementById("receipt");
const area = section.querySelector(".drop");
const input = section.querySelector("input[type=file]");
const code = section.querySelector("textarea");
const answer = section.querySelector("[data-answer]");
const rows = new Map([...section.querySelectorAll("[data-check]")].map((row) => [row.dataset.check, row]));
const held = { receipt: null, sealed: null };

const isSealed = async (file) => (await file.slice(0, MAGIC.length).text()) === MAGIC;

async function take(files) {
  for (const file of files) {
    if (await isSealed(file)) held.sealed = file;
    else held.receipt = await read(file);
  }
  if (held.receipt !== null) await judge();
}

async function read(file) {
  try {
    if (file.size > MOST) throw new TypeError("too long");
    return parseFree(await file.text()) ?? {};
  } catch {
    return {}; // no receipt at all: the form says so
  }
}

/** What a phone read out of the QR code of a printed receipt, pasted here. */
async function takeCode(code) {
  if (!code.trim()) return;
  held.receipt = await expanded(code).then(parseFree).catch(() => ({}));
  await judge();
}

async function judge() {
  const pinned = { ...section.dataset, witnesses: JSON.parse(section.dataset.witnesses), sealed: held.sealed };
  const found = await verifyReceipt(held.receipt, pinned);
  for (const { name, outcome, detail } of found) show(rows.get(name), outcome, detail);
  const failed = found.some(({ outcome }) => outcome === "failed");
  const unsigned = found.some(({ name, outcome }) => name === "checkpoint" && outcome !== "ok");
  tell(failed ? "failed" : unsigned ? "unknown" : "ok");
}

function show(row, outcome, detail) {
  row.className = { ok: "", failed: "bad", unknown: "wait" }[outcome];
  row.dataset.outcome = outcome;
  for (const word of row.querySelectorAll("[data-word]")) word.hidden = word.dataset.word !== outcome;
  row.querySelector("[data-detail]").textContent = outcome === "ok" ? detail : "";
}

function tell(verdict) {
  const { body } = held.receipt.evidence ?? held.receipt;
  answer.hidden = false;
  answer.dataset.verdict = verdict;
  for (const words of answer.querySelectorAll("[data-verdict-words]")) words.hidden = words.dataset.verdictWords !== verdict;
  answer.querySelector("[data-lot]").textContent = typeof body?.lot === "string" ? body.lot : "";
}

code.addEventListener("input", () => takeCode(code.value));
input.addEventListener("change", () => take([...input.files]));
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
document.addEventListener("dragover", () => area.classList.add("over"));
document.addEventListener("dragleave", () => area.classList.remove("over"));
document.addEventListener("drop", (event) => {
  area.classList.remove("over");
  take([...event.dataTransfer.files]);
});
section.dataset.ready = "";
