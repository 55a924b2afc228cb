/** Bytes and their spellings: hex, canonical base64, UTF-8, big-endian integers. Pure. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));
const PIECE = 0x8000; // String.fromCharCode takes its bytes as arguments

export const utf8 = (text) => encoder.encode(text);

/** Text of UTF-8 bytes. Throws on bytes that are not UTF-8. */
export const text = (bytes) => decoder.decode(bytes);

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const hex = (bytes) => Array.from(bytes, (byte) => HEX[byte]).join("");

/** Bytes of lower-case hex. Throws on anything else. */
export function unhex(spelling) {
  if (typeof spelling !== "string" || !/^(?:[0-9a-f]{2})*$/.test(spelling)) throw new TypeError("not lower-case hex");
  return Uint8Array.from(spelling.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE) binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(binary);
}

/** Bytes of standard base64 with padding and zero unused bits. Throws on any other spelling. */
export function unbase64(spelling) {
  if (typeof spelling !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(spelling) || spelling.length % 4) {
    throw new TypeError("not base64");
  }
  const bytes = Uint8Array.from(atob(spelling), (char) => char.charCodeAt(0));
  if (base64(bytes) !== spelling) throw new TypeError("not canonical base64");
  return bytes;
}

export const u8 = (number) => Uint8Array.of(number);

export function u32(number) {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, number);
  return out;
}

export function u64(number) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(number));
  return out;
}

export const readU32 = (bytes, at = 0) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
export const readU64 = (bytes, at = 0) => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at);

export function equal(left, right) {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < left.length; at++) difference |= left[at] ^ right[at];
  return difference === 0;
}

export function xor(left, right) {
  return left.map((byte, at) => byte ^ right[at]);
}

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
