/** Canonical JSON (RFC 8785 without floats) and the two ways of reading: canonical bytes, and free text without double keys. */

import { equal, text, utf8 } from "./bytes.mjs";

const ASCII = /^[\x00-\x7f]*$/;
const LONE = /\p{Surrogate}/u;
const DEEPEST = 32;

/** The canonical bytes of a value. Throws on floats, large integers, lone surrogates and keys outside ASCII. */
export const canonical = (value) => utf8(spell(value, 0));

function spell(value, depth) {
  if (depth > DEEPEST) throw new TypeError("nested too deep");
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "number") return spellInteger(value);
  if (typeof value === "string") return spellString(value);
  if (Array.isArray(value)) return `[${value.map((member) => spell(member, depth + 1)).join(",")}]`;
  if (typeof value === "object") return spellObject(value, depth);
  throw new TypeError(`no JSON value: ${typeof value}`);
}

function spellInteger(value) {
  if (!Number.isSafeInteger(value)) throw new TypeError("only integers up to 2^53 - 1");
  return String(value === 0 ? 0 : value);
}

function spellString(value) {
  if (LONE.test(value)) throw new TypeError("a lone surrogate");
  return JSON.stringify(value);
}

function spellObject(value, depth) {
  const keys = Object.keys(value).sort(); // ASCII keys: code units and bytes sort alike
  if (!keys.every((key) => ASCII.test(key))) throw new TypeError("a key outside ASCII");
  return `{${keys.map((key) => `${JSON.stringify(key)}:${spell(value[key], depth + 1)}`).join(",")}}`;
}

/** Parse bytes that must be canonical: parse, serialise again, compare. Throws otherwise. */
export function parseCanonical(bytes) {
  const value = JSON.parse(text(bytes));
  if (!equal(canonical(value), bytes)) throw new TypeError("not canonical JSON");
  return value;
}

/** Parse freely formatted JSON (a string); a double key is refused, since readers would disagree on it. */
export function parseFree(source) {
  const value = JSON.parse(source);
  refuseDoubleKeys(source);
  spell(value, 0);
  return value;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

function refuseDoubleKeys(source) {
  const seen = []; // one set of keys for each open object, null for each open array
  const tokens = source.match(TOKEN) ?? [];
  tokens.forEach((token, at) => {
    if (token === "{") seen.push(new Set());
    else if (token === "[") seen.push(null);
    else if (token === "}" || token === "]") seen.pop();
    else if (token[0] === '"' && tokens[at + 1] === ":") addKey(seen.at(-1), JSON.parse(token));
  });
}

function addKey(keys, key) {
  if (keys.has(key)) throw new TypeError(`double key ${key}`);
  keys.add(key);
}
