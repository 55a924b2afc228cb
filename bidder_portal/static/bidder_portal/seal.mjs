/** The sealing page: seal in a worker, upload from this machine, resume after anything. */

import { fileReasons, insideNames, letterFields, letterReasons } from "./letter.mjs";
import { byId, data, fill, icon, receiptActs, refusal, save, sentences, size, words } from "./page.mjs";
import { answerOf } from "./sealing/release.mjs";
import { reason, refusal as refused, Refused } from "./sealing/refusal.mjs";
import { draftPath, missingAbilities, readDraft, readFile, readKey, readSealed, removeFile, removeSealed, sealedPath, writeSealed } from "./sealing/store.mjs";
import { Paused, uploadSealed } from "./sealing/upload.mjs";

const { lot, organisation } = data;
const place = document.querySelector("script[data-worker]").dataset;
const STAGES = ["verify", "hash", "encrypt", "send", "complete"];

let worker = null;
let stopping = null; // AbortController of the upload under way
let paused = false;

const buttons = (...shown) => {
  for (const id of ["start", "send", "pause", "save", "discard"]) byId(id).hidden = !shown.includes(id);
};

function stage(name, note = "", state = "now") {
  const at = STAGES.indexOf(name);
  STAGES.forEach((one, number) => {
    const row = document.querySelector(`[data-stage=${one}]`);
    const look = number < at ? "good" : number === at ? state : "todo";
    row.className = { good: "", now: "now", bad: "bad", todo: "wait" }[look];
    row.querySelector("svg").replaceWith(icon(look));
    if (number === at) row.querySelector("small").textContent = note;
  });
}

function ring(done, total, note = "") {
  const percent = total ? Math.floor((100 * done) / total) : 0;
  byId("ring").setAttribute("stroke-dasharray", `${percent} 100`);
  byId("ring-text").textContent = `${percent}%`;
  byId("ring-note").textContent = note;
  byId("bar").value = percent;
  if (byId("dock-state")) byId("dock-state").textContent = `${percent}%`;
}

const doing = (text) => (byId("doing").textContent = text);

/** Bytes, speed and time left since `start()`. */
function meter() {
  let [began, first] = [performance.now(), null];
  return (done, total) => {
    first ??= done;
    const seconds = (performance.now() - began) / 1000;
    const speed = (done - first) / Math.max(seconds, 0.001);
    const left = speed > 0 ? Math.ceil((total - done) / speed) : 0;
    const known = speed > 0 || done >= total;
    const clock = known ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "—";
    byId("rate").textContent = fill(words.rate, { done: size(done), total: size(total), speed: size(Math.round(speed)), left: clock });
  };
}

function refuse(error, at) {
  const reasons = sentences(error);
  const title = fill(words.refused, { n: reasons.length });
  byId("said").replaceChildren(refusal({ title, reasons, kept: words.kept, acts: receiptActs(error) }));
  byId("said").scrollIntoView({ block: "nearest" });
  if (at) stage(at, "", "bad");
}

async function draftOrder() {
  const draft = (await readDraft(organisation, lot)) ?? { files: [] };
  if (fileReasons(draft, data).length || letterReasons(draft, data).length) {
    location.assign(place.prepare);
    throw new Paused();
  }
  const names = insideNames(draft.files);
  const files = draft.files.map(({ kind, id }, at) => ({ name: names[at], role: kind, path: draftPath({ organisation, lot, id }) }));
  return { files, fields: letterFields(draft, data) };
}

async function holderKey() {
  const key = await readKey(organisation);
  if (!key?.confirmed) throw refused("no_key", "no confirmed key on this machine");
  return { pub: key.pub, sealPublic: key.sealPublic, signPrivate: key.signPrivate };
}

async function sealNow() {
  byId("said").replaceChildren();
  buttons("pause", "discard");
  doing(words.verifying);
  stage("verify");
  const holder = await holderKey();
  const { root, crls, ...tender } = await answerOf(await fetch(`/api/v1/lots/${lot}/package`));
  const file = `${crypto.randomUUID()}.bid`;
  const path = sealedPath({ organisation, lot, file });
  const { operator, agencies } = data;
  const sealed = await work({ ...(await draftOrder()), tender, trust: root, crls, operator, agencies, holder, path });
  await keepSealed({ ...sealed, file, document_hash: tender.document_hash, deadline: tender.deadline });
  return send();
}

/** Keep what was sealed, and what was handed in before until this is handed in too. */
async function keepSealed(sealed) {
  const before = await readSealed(organisation, lot);
  if (before && !before.done) await removeSealed(organisation, lot);
  const earlier = before?.done ? before : before?.earlier;
  await writeSealed(organisation, lot, { ...sealed, earlier: earlier && { ...earlier, earlier: undefined } });
}

const fileOf = async (sealed) => sealed?.file && readFile(sealedPath({ organisation, lot, file: sealed.file }));

/** Show who signed and who holds keys as their certificates say, not as the page was told. */
function showVerified({ signer, custodians, fingerprint }) {
  stage("verify", `${signer.name} ${signer.organisation}`);
  for (const { kid, name } of custodians) {
    const row = [...document.querySelectorAll("[data-kid]")].find((one) => one.dataset.kid === kid);
    if (row) row.querySelector("[data-name]").textContent = name;
  }
  for (const place of document.querySelectorAll("[data-fingerprint]")) place.textContent = fingerprint;
}

/** Seal in the worker; the promise settles with what it made or why not. */
function work(order) {
  const tell = { hash: meter(), encrypt: null };
  return new Promise((resolve, reject) => {
    worker = new Worker(place.worker, { type: "module" });
    paused = false; // of a worker that was cancelled while it stood still
    byId("pause").textContent = words.pause;
    worker.onerror = (event) => {
      worker.terminate();
      worker = null;
      reject(new Error(event.message));
    };
    worker.onmessage = ({ data: answer }) => {
      if (answer.state === "progress") {
        const { phase, done, total } = answer;
        stage(phase, `${size(done)} / ${size(total)}`);
        doing(words[phase]);
        ring(done, total);
        (tell[phase] ??= meter())(done, total);
        return;
      }
      if (answer.state === "verified") {
        showVerified(answer);
        return;
      }
      worker.terminate();
      worker = null;
      if (answer.state === "sealed") resolve(answer.sealed);
      else reject(answer.state === "refused" ? new Refused(answer.reasons) : new Paused());
    };
    worker.postMessage({ act: "seal", ...order });
  });
}

async function send() {
  const sealed = await readSealed(organisation, lot);
  const file = await fileOf(sealed);
  byId("digest").textContent = sealed.digest;
  byId("said").replaceChildren();
  buttons("pause", "save", "discard");
  stopping = new AbortController();
  const tell = meter();
  await uploadSealed({
    lot, file, sealed, signal: stopping.signal,
    onStarted: (upload) => writeSealed(organisation, lot, { ...sealed, upload }),
    onProgress: ({ state, received, count, bytes }) => {
      doing(words[state]);
      if (bytes === undefined) return;
      const note = fill(words.chunks, { done: received, total: count });
      stage(state === "completing" ? "complete" : "send", note);
      ring(received, count, note);
      tell(bytes, sealed.size);
    },
  });
  stage("complete", "", "good");
  doing(words.done);
  await writeSealed(organisation, lot, { ...sealed, earlier: undefined, done: true });
  if (sealed.earlier) await removeFile(sealedPath({ organisation, lot, file: sealed.earlier.file }));
  location.assign(place.receipt);
}

async function tried(act, at) {
  try {
    await act();
  } catch (error) {
    if (error instanceof Paused) return standing();
    refuse(error, at);
    await standing();
  } finally {
    stopping = null;
  }
}

/** The buttons and words that fit what lies on this machine. */
async function standing() {
  const sealed = await readSealed(organisation, lot);
  const file = await fileOf(sealed);
  if (!sealed || !file || sealed.done) {
    doing(words.idle);
    buttons("start", ...(file ? ["save"] : []));
    return;
  }
  byId("digest").textContent = sealed.digest;
  const stale = sealed.document_hash !== data.document_hash || Date.parse(sealed.deadline) !== Date.parse(data.deadline);
  doing(stale ? words.stale : sealed.upload ? words.paused : words.sealed);
  stage("send", "", "todo");
  buttons(...(stale ? ["start"] : ["send"]), "save", "discard");
}

function pauseOrGoOn() {
  if (stopping) return stopping.abort();
  paused = !paused;
  worker?.postMessage({ act: paused ? "pause" : "resume" });
  byId("pause").textContent = paused ? words.resume : words.pause;
  if (paused) doing(words.paused);
}

async function discard() {
  if (!window.confirm(words.discard)) return;
  if (worker) return worker.postMessage({ act: "cancel" }); // it removes what it has written itself
  stopping?.abort();
  await removeSealed(organisation, lot);
  ring(0, 0);
  await standing();
}

async function begin() {
  byId("start").addEventListener("click", () => tried(sealNow, "verify"));
  byId("send").addEventListener("click", () => tried(send, "send"));
  byId("pause").addEventListener("click", pauseOrGoOn);
  byId("discard").addEventListener("click", () => discard().catch(refuse));
  byId("save").addEventListener("click", async () => {
    const sealed = await readSealed(organisation, lot);
    save(await fileOf(sealed), `${lot}-${sealed.digest.slice(0, 8)}.bid`);
  });
  const key = await readKey(organisation);
  byId("own-kid").textContent = key ? `${key.pub.kid.slice(0, 16)}…` : "—";
  await standing();
}

const missing = missingAbilities();
if (missing.length) refuse(new Refused(missing.map((check) => reason(check, check))));
else begin().catch(refuse);
