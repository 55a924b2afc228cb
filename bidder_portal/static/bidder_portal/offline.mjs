/** Handing in a file that the offline client sealed: read its ends here, upload it chunk by chunk; it is never opened. */

import { byId, data, element, fill, receiptActs, refusal, sentences, size, words } from "./page.mjs";
import { readU32, text } from "./sealing/bytes.mjs";
import { chunkCount } from "./sealing/padding.mjs";
import { refusal as refused } from "./sealing/refusal.mjs";
import { Paused, uploadSealed } from "./sealing/upload.mjs";

const TAGS = { "INTL-1": 16, "GM-1": 32 };
const MAGIC = "BIDSEAL\u0001";
const MOST = 65_536;
const place = document.querySelector("script[data-receipt]").dataset;
let stopping = null;

const bytesOf = async (file, start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer());

/** What the upload needs of a sealed file; throws when it is none, or of another lot, bidder, document or deadline. */
async function sealedIn(file) {
  const start = await bytesOf(file, 0, 12);
  if (start.length < 12 || text(start.subarray(0, 8)) !== MAGIC) throw refused("magic", "this is not a sealed bid");
  const headerLength = readU32(start, 8);
  const trailerLength = readU32(await bytesOf(file, file.size - 4, file.size));
  const whole = 12 + headerLength + trailerLength + 4;
  if (headerLength > MOST || trailerLength > MOST || whole > file.size) throw refused("file_length", "the file is not whole");
  const header = await bytesOf(file, 12, 12 + headerLength);
  const binding = bindingOf(header);
  const count = chunkCount(binding.padded_length);
  const tagLength = TAGS[binding.suite];
  if (file.size !== whole + binding.padded_length + count * tagLength) throw refused("file_length", "the file is not whole");
  const trailer = await bytesOf(file, file.size - 4 - trailerLength, file.size - 4);
  return { binding, header, trailer, headerLength, count, size: file.size, tagLength };
}

function bindingOf(header) {
  try {
    const { binding } = JSON.parse(text(header));
    if (Number.isSafeInteger(binding.padded_length) && TAGS[binding.suite]) return binding;
  } catch {
    // said below
  }
  throw refused("header_fields", "the header is malformed");
}

/** Words on what the file was sealed for, where that is not this lot as it stands now. */
function strange({ binding }) {
  const pairs = [
    ["other_lot", binding.lot === data.lot], ["other_bidder", binding.bidder === data.organisation],
    ["other_document", binding.document_hash === data.document_hash], ["other_deadline", Date.parse(binding.deadline) === Date.parse(data.deadline)],
  ];
  return pairs.filter(([, same]) => !same).map(([word]) => words[word]);
}

function refuse(reasons, acts = []) {
  const title = fill(words.refused, { n: reasons.length });
  byId("offline-said").replaceChildren(refusal({ title, reasons, kept: words.offline_kept, acts }));
}

async function send(file) {
  const sealed = await sealedIn(file);
  const reasons = strange(sealed);
  if (reasons.length) return refuse(reasons);
  stopping = new AbortController();
  const told = element("p", { class: "num", "aria-live": "polite" });
  const bar = element("progress", { value: 0, max: sealed.count, "aria-label": words.sending });
  byId("offline-said").replaceChildren(told, bar);
  await uploadSealed({
    lot: data.lot, file, sealed, signal: stopping.signal,
    onProgress: ({ state, received, bytes }) => {
      if (received !== undefined) bar.value = received;
      told.textContent = bytes === undefined ? words[state] : `${words[state]} · ${size(bytes)} / ${size(sealed.size)}`;
    },
  });
  location.assign(place.receipt);
}

byId("offline-send").addEventListener("click", async () => {
  const [file] = byId("offline-file").files;
  if (!file || stopping) return;
  byId("offline-send").disabled = true;
  await send(file).catch((error) => {
    if (!(error instanceof Paused)) refuse(sentences(error), receiptActs(error));
  });
  stopping = null;
  byId("offline-send").disabled = false;
});
