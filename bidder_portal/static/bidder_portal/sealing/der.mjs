/** A minimal, strict DER reader: definite minimal lengths, nothing trailing, at every constructed level. Pure. */

import { text } from "./bytes.mjs";

export const TAG = {
  BOOLEAN: 0x01, INTEGER: 0x02, BIT_STRING: 0x03, OCTET_STRING: 0x04, OID: 0x06, UTF8: 0x0c, SEQUENCE: 0x30, SET: 0x31,
  PRINTABLE: 0x13, UTC_TIME: 0x17, GENERALIZED_TIME: 0x18, VERSION: 0xa0, EXTENSIONS: 0xa3,
};
const CONSTRUCTED = 0x20;
const MULTI_BYTE = 0x1f;

/** The single element that the bytes are: `{tag, content, whole, children}`. Throws on anything that is not DER. */
export function parseDer(bytes) {
  const element = readElement(bytes, 0);
  if (element.end !== bytes.length) throw new TypeError("bytes after the DER element");
  return element;
}

function readElement(bytes, at) {
  const tag = bytes[at];
  if (tag === undefined || (tag & MULTI_BYTE) === MULTI_BYTE) throw new TypeError("an unreadable DER tag");
  const { length, start } = readLength(bytes, at + 1);
  const end = start + length;
  if (end > bytes.length) throw new TypeError("DER ends early");
  const content = bytes.subarray(start, end);
  checkPrimitive(tag, content);
  return { tag, content, whole: bytes.subarray(at, end), end, children: tag & CONSTRUCTED ? readAll(content) : [] };
}

function readLength(bytes, at) {
  const first = bytes[at];
  if (first === undefined || first === 0x80 || first > 0x83) throw new TypeError("an unreadable DER length");
  if (first < 0x80) return { length: first, start: at + 1 };
  const size = first & 0x7f;
  let length = 0;
  for (let byte = 0; byte < size; byte++) length = length * 256 + (bytes[at + 1 + byte] ?? NaN);
  if (!(length >= (size === 1 ? 0x80 : 256 ** (size - 1)))) throw new TypeError("a DER length that is not minimal");
  return { length, start: at + 1 + size };
}

function readAll(content) {
  const children = [];
  for (let at = 0; at < content.length; ) {
    const child = readElement(content, at);
    children.push(child);
    at = child.end;
  }
  return children;
}

function checkPrimitive(tag, content) {
  if (tag === TAG.BOOLEAN && (content.length !== 1 || (content[0] !== 0 && content[0] !== 255))) {
    throw new TypeError("a BOOLEAN that is not DER");
  }
  if (tag === TAG.INTEGER && !isMinimalInteger(content)) throw new TypeError("an INTEGER that is not DER");
}

function isMinimalInteger(content) {
  if (!content.length) return false;
  if (content.length === 1) return true;
  return !((content[0] === 0 && content[1] < 0x80) || (content[0] === 0xff && content[1] >= 0x80));
}

/** The bytes of a BIT STRING without unused bits. */
export function bitString(element) {
  if (element.tag !== TAG.BIT_STRING || element.content[0] !== 0) throw new TypeError("not a whole-byte BIT STRING");
  return element.content.subarray(1);
}

/** Dotted spelling of an OBJECT IDENTIFIER. */
export function oid(element) {
  if (element.tag !== TAG.OID || !element.content.length) throw new TypeError("not an OBJECT IDENTIFIER");
  const arcs = [];
  let arc = 0;
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const first = Math.min(2, Math.floor(arcs[0] / 40));
  return [first, arcs[0] - 40 * first, ...arcs.slice(1)].join(".");
}

/** A Time as milliseconds since 1970. UTCTime's years are 1950 … 2049. */
export function time(element) {
  const spelling = text(element.content);
  const short = element.tag === TAG.UTC_TIME;
  const parts = spelling.match(short ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/);
  if (!parts || (!short && element.tag !== TAG.GENERALIZED_TIME)) throw new TypeError("not a DER time");
  const [year, month, ...rest] = parts.slice(1).map(Number);
  const century = short ? (year < 50 ? 2000 : 1900) : 0;
  return Date.UTC(century + year, month - 1, ...rest);
}

/** Raw r ‖ s (64 bytes) of an ECDSA-Sig-Value. */
export function rawSignature(der) {
  const { tag, children } = parseDer(der);
  if (tag !== TAG.SEQUENCE || children.length !== 2) throw new TypeError("not an ECDSA signature");
  const out = new Uint8Array(64);
  children.forEach(({ tag: inner, content }, half) => {
    const number = content[0] === 0 ? content.subarray(1) : content;
    if (inner !== TAG.INTEGER || number.length > 32) throw new TypeError("not an ECDSA signature");
    out.set(number, 32 * (half + 1) - number.length);
  });
  return out;
}
