/**
 * Shamir sharing of a 32-byte secret: two 16-byte halves over GF(2^128), x^128 + x^7 + x^2 + x + 1, big-endian,
 * constant term the secret, indexes 1 … 255. Pure but for the random coefficients. Times are not constant: shares
 * are computed on the bidder's own machine only.
 */

import { concat, hex, random } from "./bytes.mjs";

const POLYNOMIAL = (1n << 128n) | 0x87n;
const TOP = 1n << 128n;
const HALF = 16;

function multiply(left, right) {
  let product = 0n;
  for (let rest = right, shifted = left; rest; rest >>= 1n) {
    if (rest & 1n) product ^= shifted;
    shifted <<= 1n;
    if (shifted & TOP) shifted ^= POLYNOMIAL;
  }
  return product;
}

/** The inverse, as x^(2^128 - 2). */
function invert(value) {
  if (!value) throw new RangeError("zero has no inverse");
  let result = 1n;
  for (let square = value, bit = 1; bit < 128; bit++) {
    square = multiply(square, square);
    result = multiply(result, square);
  }
  return result;
}

const toElement = (bytes) => BigInt(`0x${hex(bytes)}`);

function toBytes(element) {
  const spelling = element.toString(16).padStart(2 * HALF, "0");
  return Uint8Array.from(spelling.match(/../g), (pair) => parseInt(pair, 16));
}

const halves = (secret) => [secret.subarray(0, HALF), secret.subarray(HALF)];

/** Shares of a 32-byte secret for indexes 1 … count, any `threshold` of which restore it. */
export function split(secret, { threshold, count }) {
  if (secret.length !== 2 * HALF || threshold < 2 || count < threshold || count > 255) {
    throw new RangeError("a 32-byte secret and 2 ≤ threshold ≤ count ≤ 255 are needed");
  }
  const polynomials = halves(secret).map((half) => [
    toElement(half),
    ...Array.from({ length: threshold - 1 }, () => toElement(random(HALF))),
  ]);
  return Array.from({ length: count }, (_, row) => {
    const values = polynomials.map((coefficients) => evaluate(coefficients, BigInt(row + 1)));
    return concat(...values.map(toBytes));
  });
}

const evaluate = (coefficients, x) => coefficients.reduceRight((sum, next) => multiply(sum, x) ^ next, 0n);

/** The polynomial's value at `index` (0 is the secret) from exactly as many shares as the threshold: Map index → 32 bytes. */
export function valueAt(index, shares) {
  for (const [x, share] of shares) {
    if (x < 1 || x > 255 || share.length !== 2 * HALF) throw new RangeError("shares are 32 bytes with indexes 1 … 255");
  }
  if (!shares.size) throw new RangeError("no share");
  if (shares.has(index)) return shares.get(index);
  const points = [...shares].map(([x, share]) => [BigInt(x), halves(share).map(toElement)]);
  const weights = points.map(([x]) => weight(x, points, BigInt(index)));
  const sums = [0, 1].map((half) => points.reduce((sum, [, y], row) => sum ^ multiply(y[half], weights[row]), 0n));
  return concat(...sums.map(toBytes));
}

/** Lagrange's weight of the point at x, evaluated at `at`; subtraction is XOR. */
function weight(x, points, at) {
  let above = 1n;
  let below = 1n;
  for (const [other] of points) {
    if (other === x) continue;
    above = multiply(above, at ^ other);
    below = multiply(below, x ^ other);
  }
  return multiply(above, invert(below));
}
