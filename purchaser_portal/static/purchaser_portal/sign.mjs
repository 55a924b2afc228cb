// Signing the tender parameters with the organisation's own key, in this browser. The private key never leaves it.

import { loadKeyFile } from "../bidder_portal/sealing/keys.mjs";
import { Refused } from "../bidder_portal/sealing/refusal.mjs";
import { signStatement } from "../bidder_portal/sealing/signing.mjs";
import { readKey } from "../bidder_portal/sealing/store.mjs";

const form = document.getElementById("sign-form");
const words = JSON.parse(document.getElementById("sign-words").textContent);
const status = document.getElementById("sign-status");
const BROWSERS = "INTL-1"; // the only suite whose algorithms a browser has
let signed = false;

function say(text, bad = false) {
  status.textContent = text;
  status.className = bad ? "red" : "";
}

async function keyOf() {
  const file = document.getElementById("sign-key-file").files[0];
  if (file) {
    return loadKeyFile(await file.text(), { passphrase: document.getElementById("sign-key-pass").value });
  }
  const key = await readKey(form.dataset.organisation);
  if (!key) throw new Error(words.noKey);
  return key;
}

async function expected() {
  const data = new FormData(form);
  data.delete("statement");
  data.delete("recipients");
  const answer = await fetch(form.action || location.href, {
    method: "POST", body: data, headers: { "X-Requested-With": "sign" },
  });
  return answer.headers.get("Content-Type")?.startsWith("application/json") ? answer.json() : null;
}

async function signHere(body) {
  const key = await keyOf();
  return signStatement({ kind: "tender.parameters", body, privateKey: key.signPrivate, certificates: key.pub.certificates });
}

/** The statement that the offline client signed; without one, what it has to sign is saved first. */
async function signedElsewhere(wanted) {
  const file = document.getElementById("sign-statement-file")?.files[0];
  if (!file) {
    save(wanted, `${wanted.body.lot}.parameters.json`);
    throw new Error(words.offline);
  }
  const statement = await file.text().then(JSON.parse).catch(() => null);
  if (statement?.kind !== "tender.parameters") throw new Error(words.badStatement);
  return statement;
}

function save(value, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function sign() {
  if (!globalThis.crypto?.subtle) throw new Error(words.insecure);
  say(words.reading);
  const wanted = await expected();
  if (!wanted) return; // what was typed is not readable: the page that comes back says why
  say(words.signing);
  const statement = wanted.body.suite === BROWSERS ? await signHere(wanted.body) : await signedElsewhere(wanted);
  form.elements.statement.value = JSON.stringify(statement);
  form.elements.recipients.value = JSON.stringify(wanted.recipients);
}

form.addEventListener("submit", async (event) => {
  if (signed) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await sign();
    signed = true;
    form.requestSubmit();
  } catch (error) {
    const bad = error instanceof Refused ? words.badKey : error instanceof TypeError ? words.network : error.message;
    say(`${words.failed}${bad}`, true);
    button.disabled = false;
  }
});
