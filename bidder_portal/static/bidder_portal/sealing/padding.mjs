/** How long the padded plaintext is, and the chunks it makes. Pure; lengths in bytes. */

export const CHUNK = 1 << 20;
export const TAG_LENGTH = 16;
const PRICE_LEAST = 1 << 16;
const LENGTH_FIELD = 8;
export const MOST = 2 ** 32 + 2 ** 26;

/** ⌊log2 n⌋ of a positive integer up to 2^53. */
function log2(number) {
  let exponent = 0;
  while (2 ** (exponent + 1) <= number) exponent++;
  return exponent;
}

/** Padmé: at most 12 % more, and only O(log log) bits of the length are told. */
function padme(length) {
  const exponent = log2(length);
  const kept = log2(exponent) + 1;
  const unit = 2 ** (exponent - kept);
  return Math.ceil(length / unit) * unit;
}

const nextPower = (length) => (2 ** log2(length) === length ? length : 2 ** (log2(length) + 1));

const rule = (envelope, length) => (envelope === "price" ? Math.max(PRICE_LEAST, nextPower(length)) : padme(length));

/** The padded length of an archive of `length` bytes. */
export const paddedLength = (envelope, length) => rule(envelope, length + LENGTH_FIELD);

/** Whether a padded length can come from the rule: a fixed point of it. */
export const isPossible = (envelope, padded) => padded >= LENGTH_FIELD && rule(envelope, padded) === padded;

export const chunkCount = (padded) => Math.ceil(padded / CHUNK);

/** The nonce of a chunk: u88 counter ‖ u8 last flag. */
export function nonceOf(number, last) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, number);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
