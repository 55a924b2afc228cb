/** Certifying a key of the offline client: a challenge to paste there, its request file here, the issued `.pub` to save. */

import { byId, element, refusal, save, sentences, words } from "./page.mjs";
import { refusal as refused } from "./sealing/refusal.mjs";
import { answerOf, csrfCookie } from "./sealing/release.mjs";

const MEMBERS = ["challenge", "suite", "seal_public", "sign_public", "attestation", "proof"];

function say(...shown) {
  byId("offline-said").replaceChildren(...shown);
}

async function challenge() {
  const { challenge: nonce } = await answerOf(await fetch("/api/v1/certificates/challenge"));
  byId("challenge").value = nonce;
  byId("challenge").select();
  say(element("p", { class: "quiet", text: words.challenge_valid }));
}

/** The request in a file of the offline client. Throws `Refused` when it is something else. */
async function requestIn(file) {
  const body = await file.text().then(JSON.parse).catch(() => ({}));
  if (!MEMBERS.every((name) => typeof body[name] === "string")) throw refused("request", "not a request of the offline client");
  return Object.fromEntries(MEMBERS.map((name) => [name, body[name]]));
}

async function certify() {
  const [file] = byId("request").files;
  if (!file) return;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfCookie() };
  const body = JSON.stringify(await requestIn(file));
  const pub = await answerOf(await fetch("/api/v1/certificates", { method: "POST", headers, body }));
  save(new Blob([JSON.stringify(pub)], { type: "application/json" }), `${pub.organisation}-${pub.kid.slice(0, 8)}.pub`);
  say(element("div", { class: "good" }, element("p", { text: words.offline_certified })));
}

function onClick(id, act) {
  byId(id).addEventListener("click", async () => {
    byId(id).disabled = true;
    await act().catch((error) => {
      const reasons = sentences(error);
      say(refusal({ title: reasons[0], reasons }));
    });
    byId(id).disabled = false;
  });
}

onClick("challenge-now", challenge);
onClick("certify-now", certify);
