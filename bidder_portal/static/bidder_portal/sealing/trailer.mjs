/** The trailer of a sealed file, the bid's name, and what its signature covers. */

import { hex, readU32, u64, unbase64, unhex } from "./bytes.mjs";
import { hashOf, hmac } from "./digest.mjs";
import { isHex32, isInteger, misfits, octets } from "./fields.mjs";
import { MOST_JSON, parseJson } from "./header.mjs";
import { chunkCount, TAG_LENGTH } from "./padding.mjs";
import { reason, refusal, refuseAny, underAsync } from "./refusal.mjs";
import { bidMessage, verify } from "./signing.mjs";
import { checkPath, checkSigner, parseChain } from "./x509.mjs";

const TRAILER = {
  count: (value) => isInteger(value, 1, 2 ** 32),
  header_mac: isHex32,
  root: isHex32,
  signature: octets(8, 80),
  certificates: (value) => Array.isArray(value) && value.every(octets(1, 1 << 14)),
};

/** Trailer of a sealed Blob: `{trailer, start}`, with `start` where its bytes begin. */
export async function readTrailer(file, headerEnd) {
  const tail = new Uint8Array(await file.slice(Math.max(headerEnd, file.size - 4)).arrayBuffer());
  const length = tail.length === 4 ? readU32(tail) : 0;
  const start = file.size - 4 - length;
  if (length < 2 || length > MOST_JSON || start < headerEnd) throw refusal("trailer_size", "an impossible trailer length");
  const trailer = parseJson(new Uint8Array(await file.slice(start, start + length).arrayBuffer()), "trailer");
  refuseAny(misfits(trailer, TRAILER, "trailer").map((sentence) => reason("trailer_fields", sentence)));
  return { trailer, start };
}

/** Reasons why the file is not as long as header and trailer demand, or the count is another. */
export function lengthReasons({ binding, trailer, headerEnd, start }) {
  const count = chunkCount(binding.padded_length);
  const found = [];
  if (start - headerEnd !== binding.padded_length + count * TAG_LENGTH) {
    found.push(reason("file_length", "the file is not as long as header and trailer demand"));
  }
  if (trailer.count !== count) found.push(reason("count", `the trailer counts ${trailer.count} chunks, there are ${count}`));
  return found;
}

/** The bid's name: 32 bytes. */
export const digestOf = async ({ headerBytes, count, root }) =>
  hashOf("gongheng/bid/v1", await hashOf(headerBytes), u64(count), root);

export const headerMac = async (key, digest) => hex(await hmac(key, digest));

/** Reasons against certificates and signature; with `roots`, also path, validity at the deadline and signer. */
export async function signatureReasons({ binding, trailer, digest, roots }) {
  const outcome = await underAsync("certificates", () => parseChain(trailer.certificates)).catch((refused) => refused);
  if (outcome instanceof Error) return outcome.reasons;
  const message = await bidMessage(digest, trailer.certificates);
  const found = [];
  if (!(await verify(outcome[0].spki, message, unbase64(trailer.signature)))) {
    found.push(reason("signature", "the signature does not verify"));
  }
  if (!roots) return found;
  const path = await checkPath(outcome, roots, Date.parse(binding.deadline));
  return [...found, ...path, ...checkSigner(outcome, binding.bidder)];
}

export const rootBytes = (trailer) => unhex(trailer.root);
