/** The key page: make both pairs, have them certified, save the key file, and load it back before it counts. */

import { byId, data, element, refusal, save, sentences, words } from "./page.mjs";
import { generateKeys, loadKeyFile, requestCertificate, writeKeyFile } from "./sealing/keys.mjs";
import { refuseAny, Refused, reason } from "./sealing/refusal.mjs";
import { answerOf, csrfCookie } from "./sealing/release.mjs";
import { keepStorage, missingAbilities, readKey, writeKey } from "./sealing/store.mjs";

const LEAST_PASSPHRASE = 10;
const CONFIRMED = "key-confirmed";
const { organisation } = data;

function say(text, look = "note") {
  byId("refused").replaceChildren();
  byId("said").replaceChildren(element("div", { class: `${look} mb-4` }, element("p", { text })));
}

function refuse(error) {
  byId("said").replaceChildren();
  const reasons = sentences(error);
  byId("refused").replaceChildren(refusal({ title: reasons[0], reasons }));
  byId("refused").scrollIntoView({ block: "nearest" });
}

async function show() {
  const key = await readKey(organisation);
  byId("key-state").textContent = key ? (key.confirmed ? words.ready : words.pending) : words.none;
  byId("key-facts").hidden = !key;
  if (key) byId("key-kid").textContent = key.pub.kid;
}

function checkPassphrase() {
  const [first, second] = [byId("pass1").value, byId("pass2").value];
  const found = [];
  if ([...first].length < LEAST_PASSPHRASE) found.push({ check: "short", reason: words.short });
  if (first !== second) found.push({ check: "differ", reason: words.differ });
  if (found.length) throw Object.assign(new Refused(found), { status: 422 }); // these reasons are words already
  return first;
}

async function certify(keys) {
  const { challenge } = await answerOf(await fetch("/api/v1/certificates/challenge"));
  const request = await requestCertificate(keys, { challenge, organisation });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfCookie() };
  return answerOf(await fetch("/api/v1/certificates", { method: "POST", headers, body: JSON.stringify(request) }));
}

async function make() {
  const passphrase = checkPassphrase();
  say(words.making);
  const keys = await generateKeys();
  say(words.proving);
  const pub = await certify(keys);
  say(words.protecting);
  const file = await writeKeyFile({ pub, keys, passphrase });
  await keepStorage();
  const inUse = await readKey(organisation);
  if (!inUse?.confirmed) await writeKey(organisation, { pub, ...keys, confirmed: false });
  save(new Blob([file], { type: "application/json" }), `${organisation}-${pub.kid.slice(0, 8)}.key`);
  byId("make").reset();
  await show();
  say(words.saved);
}

/** Only what could be read back from the saved file is used from now on; its private keys cannot be taken out again. */
async function load() {
  const [file] = byId("file").files;
  const key = await loadKeyFile(await file.text(), { passphrase: byId("pass3").value });
  refuseAny(key.pub.organisation === organisation ? [] : [reason("signer", "the key belongs to another organisation")]);
  await writeKey(organisation, { ...key, confirmed: true });
  sessionStorage.setItem(CONFIRMED, key.pub.kid);
  location.reload(); // the list of certificates is the server's
}

function onSubmit(form, button, act) {
  byId(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    if (byId(button).disabled) return;
    byId(button).disabled = true;
    await act().catch(refuse);
    byId(button).disabled = false;
  });
}

const missing = missingAbilities();
if (missing.length) {
  refuse(new Refused(missing.map((check) => reason(check, check))));
  byId("make-now").disabled = byId("load-now").disabled = true;
} else {
  onSubmit("make", "make-now", make);
  onSubmit("load", "load-now", load);
  show();
  if (sessionStorage.getItem(CONFIRMED)) say(words.confirmed, "good");
  sessionStorage.removeItem(CONFIRMED);
}
