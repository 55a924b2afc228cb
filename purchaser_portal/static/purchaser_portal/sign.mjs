// Signing the tender parameters with the organisation's own key, in this browser. The private key never leaves it.

import { loadKeyFile } from "../bidder_portal/sealing/keys.mjs";
import { Refused } from "../bidder_portal/sealing/refusal.mjs";
import { signStatement } from "../bidder_portal/sealing/signing.mjs";
import { readKey } from "../bidder_portal/sealing/store.mjs";

const form = document.getElementById("sign-form");
const words = JSON.parse(document.getElementById("sign-words").textContent);
const status = document.getElementById("sign-status");
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

async function sign() {
  if (!globalThis.crypto?.subtle) throw new Error(words.insecure);
  say(words.reading);
  const wanted = await expected();
  if (!wanted) return; // what was typed is not readable: the page that comes back says why
  say(words.signing);
  const key = await keyOf();
  const statement = await signStatement({
    kind: "tender.parameters", body: wanted.body, privateKey: key.signPrivate, certificates: key.pub.certificates,
  });
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
