// A bidder's seat: unwrap the own share on this machine and hand it over. The private key never leaves the browser.

import { loadKeyFile } from "../bidder_portal/sealing/keys.mjs";
import { Refused } from "../bidder_portal/sealing/refusal.mjs";
import { handShare, releaseShare, shareIn } from "../bidder_portal/sealing/release.mjs";
import { readKey } from "../bidder_portal/sealing/store.mjs";

const words = JSON.parse(document.getElementById("seat-words").textContent);
const panel = document.getElementById("panel");
let working = false;

function say(lines, { bad = false } = {}) {
  const status = document.getElementById("release-status");
  if (!status) return;
  status.className = bad ? "red" : "";
  status.replaceChildren(...lines.map((line) => {
    const row = document.createElement("span");
    row.className = "d-block";
    row.textContent = line;
    return row;
  }));
}

async function keyOf(box, file) {
  if (file) return loadKeyFile(await file.text(), { passphrase: document.getElementById("key-pass").value });
  const key = await readKey(box.dataset.organisation);
  if (!key) throw new Refused([{ check: "no_key", reason: words.noKey }]);
  return key;
}

// The button waits for this script, and for a release under way; the panel may be drawn anew meanwhile.
function ready() {
  const button = document.getElementById("release-now");
  if (button) button.disabled = working;
  if (working) say([words.working]);
}

async function release(file) {
  const box = document.getElementById("release");
  if (working) return; // a double click
  working = true;
  ready();
  try {
    const { lot, digest } = box.dataset;
    const share = file && shareIn(await file.text());
    if (share) await handShare({ lot, digest, share });
    else await releaseShare({ lot, digest, key: await keyOf(box, file) });
    say([words.done]);
  } catch (error) {
    const reasons = error instanceof Refused ? error.reasons : [{ check: "network", reason: words.network }];
    say(reasons.map(({ check, reason }) => words.checks[check] ?? reason), { bad: true });
  }
  working = false;
  const button = document.getElementById("release-now");
  if (button) button.disabled = false;
}

panel.addEventListener("click", (event) => {
  if (event.target.closest("#release-now")) release(document.getElementById("key-file").files[0]);
});
panel.addEventListener("panel:fresh", ready);
ready();
