/** The receipt page: whether the receipt that the server keeps is of the file that was sealed on this machine, if one was. */

import { isReceiptOf } from "./sealing/receipt.mjs";
import { answerOf } from "./sealing/release.mjs";
import { readSealed } from "./sealing/store.mjs";

const place = document.getElementById("held");

/** What this machine keeps of the bid shown: it may have been replaced by one that is not handed in yet. */
async function sealedHere({ organisation, lot, digest }) {
  const last = await readSealed(organisation, lot);
  return [last, last?.earlier].find((one) => one?.digest === digest);
}

async function compare() {
  const sealed = await sealedHere(place.dataset).catch(() => undefined); // a browser that keeps nothing
  if (!sealed) return;
  const receipt = await fetch(place.dataset.receipt).then(answerOf).catch(() => null);
  if (receipt === null) return; // not answered: nothing was compared, so nothing is said
  const same = await isReceiptOf(receipt, sealed);
  place.querySelector(same ? "[data-agrees]" : "[data-differs]").hidden = false;
}

if (place) await compare();
