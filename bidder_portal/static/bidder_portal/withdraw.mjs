/** The withdrawal page: the statement is signed on this machine, then sent with the form. Nobody can withdraw without it. */

import { byId, data, fill, refusal, sentences, words } from "./page.mjs";
import { refusal as refused } from "./sealing/refusal.mjs";
import { signStatement } from "./sealing/signing.mjs";
import { readKey } from "./sealing/store.mjs";

const form = byId("withdraw");

async function statement() {
  const key = await readKey(data.organisation);
  if (!key?.confirmed) throw refused("no_key", "no confirmed key on this machine");
  const body = { v: 1, lot: data.lot, bid_digest: data.digest };
  return signStatement({ kind: "bid.withdrawal", body, privateKey: key.signPrivate, certificates: key.pub.certificates });
}

function refuse(error) {
  const href = error.reasons?.some(({ check }) => check === "no_key") ? form.dataset.keys : undefined;
  const reasons = sentences(error).map((text) => ({ text, href }));
  byId("said").replaceChildren(refusal({ title: fill(words.refused, { n: reasons.length }), reasons, kept: words.kept }));
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  form.querySelector("button").disabled = true;
  try {
    form.elements.statement.value = JSON.stringify(await statement());
    form.submit();
  } catch (error) {
    refuse(error);
    form.querySelector("button").disabled = false;
  }
});
