/** SHA-256, HMAC and HKDF over WebCrypto, and RFC 6962 trees over leaf hashes. Suite INTL-1. */

import { concat, u8, utf8 } from "./bytes.mjs";

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** H over the joined parts; strings enter as their bytes. */
export const hashOf = (...parts) => sha256(concat(...parts.map((part) => (typeof part === "string" ? utf8(part) : part))));

const ZERO_KEY = new Uint8Array(32); // WebCrypto refuses an empty HMAC key; zero-padding makes the two the same

export async function hmac(key, data) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key.length ? key : ZERO_KEY, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

export const hkdfExtract = (salt, ikm) => hmac(salt, ikm);

export async function hkdfExpand(prk, info, length) {
  const blocks = [];
  let block = new Uint8Array(0);
  for (let counter = 1; blocks.length * 32 < length; counter++) {
    block = await hmac(prk, concat(block, info, u8(counter)));
    blocks.push(block);
  }
  return concat(...blocks).subarray(0, length);
}

export const hkdf = async ({ ikm, salt, info, length = 32 }) => hkdfExpand(await hkdfExtract(salt, ikm), info, length);

const NODE = u8(1);
let scratch = new Uint8Array(1); // 0x00 ‖ chunk; used again by the next call, since WebCrypto copies its input

export function leafHash(chunk) {
  if (scratch.length <= chunk.length) scratch = new Uint8Array(1 + chunk.length);
  scratch.set(chunk, 1);
  return sha256(scratch.subarray(0, 1 + chunk.length));
}

/** The root over leaf hashes in order. Complete pairs are joined level by level, an odd last node moves up: RFC 6962's split. */
export async function rootOf(leaves) {
  if (!leaves.length) return sha256(new Uint8Array(0));
  let level = leaves;
  while (level.length > 1) level = await Promise.all(pairs(level));
  return level[0];
}

function pairs(level) {
  const above = [];
  for (let at = 0; at < level.length; at += 2) {
    above.push(at + 1 < level.length ? sha256(concat(NODE, level[at], level[at + 1])) : level[at]);
  }
  return above;
}
