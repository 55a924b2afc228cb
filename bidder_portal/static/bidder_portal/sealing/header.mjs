/** The header of a sealed file: its closed fields, its rows, and the digests every key and wrap is bound to. */

import { concat, hex, readU32, u32, u8, unbase64, utf8 } from "./bytes.mjs";
import { canonical, parseCanonical } from "./canonical.mjs";
import { hashOf, hkdf } from "./digest.mjs";
import { isCode, isHex32, isInteger, isTime, misfits, octets } from "./fields.mjs";
import { isPossible, MOST } from "./padding.mjs";
import { isPolicy, misshapen, rowsOf } from "./policy.mjs";
import { reason, refusal, refuseAny } from "./refusal.mjs";

export const MAGIC = concat(utf8("BIDSEAL"), u8(1));
export const MOST_JSON = 1 << 16;
const ENVELOPES = ["whole", "qualification", "technical", "price"];

const isList = (value) => Array.isArray(value);
const GROUP = {
  name: (value) => value === "bidder" || value === "custodians",
  threshold: (value) => isInteger(value, 1, 255),
  recipients: (value) => isList(value) && value.every(isHex32),
};
const BINDING = {
  v: (value) => value === 1,
  suite: (value) => value === "INTL-1" || value === "GM-1",
  tender: isCode, lot: isCode, bidder: isCode,
  envelope: (value) => ENVELOPES.includes(value),
  document_hash: isHex32,
  sequence: (value) => isInteger(value, 1),
  deadline: isTime,
  policy: isPolicy,
  groups: (value) => isList(value) && value.every((group) => misfits(group, GROUP, "group").length === 0),
  salt: octets(32, 32),
  padded_length: (value) => isInteger(value, 1, MOST),
};
const SHARE = { group: GROUP.name, index: (value) => isInteger(value, 1, 255), commitment: isHex32 };
const WRAP = { kid: isHex32, group: GROUP.name, index: SHARE.index, enc: octets(0, 133), ct: octets(1, 512) };
const rowsFit = (table) => (value) => isList(value) && value.every((row) => misfits(row, table, "row").length === 0);
const HEADER = {
  binding: (value) => misfits(value, BINDING, "binding").length === 0,
  commitment: isHex32,
  shares: rowsFit(SHARE),
  wraps: rowsFit(WRAP),
};

/** Parse and judge header bytes. Throws `Refused` with every reason in the format's order. */
export function parseHeader(bytes) {
  const header = parseJson(bytes, "header");
  const found = fieldReasons(header);
  refuseAny(found.length ? found : meaningReasons(header));
  if (header.binding.suite !== "INTL-1") throw refusal("suite", "the browser opens and seals suite INTL-1 only");
  return header;
}

/** Parse canonical JSON of the header or trailer. */
export function parseJson(bytes, where) {
  try {
    return parseCanonical(bytes);
  } catch (error) {
    throw refusal(`${where}_canonical`, error.message);
  }
}

function fieldReasons(header) {
  const found = misfits(header, HEADER, "header");
  const inner = misfits(header?.binding ?? null, BINDING, "binding");
  return [...found, ...(header?.binding ? inner : [])].map((sentence) => reason("header_fields", sentence));
}

function meaningReasons({ binding, shares, wraps }) {
  const shape = misshapen(binding.policy, binding.groups);
  const rows = rowsOf(binding.groups);
  const found = shape.map((sentence) => reason("policy", sentence));
  if (!sameRows(shares, rows, ["group", "index"])) found.push(reason("shares", "the rows are not those of the groups"));
  if (!sameRows(wraps, rows, ["group", "index", "kid"])) found.push(reason("wraps", "the rows are not those of the groups"));
  if (binding.suite === "INTL-1" && !wraps.every(wrapFits)) found.push(reason("wraps", "a wrap has an impossible size"));
  if (!isPossible(binding.envelope, binding.padded_length)) {
    found.push(reason("padding", "padded_length cannot come from the rule"));
  }
  return found;
}

const sameRows = (found, wanted, members) =>
  found.length === wanted.length && wanted.every((row, at) => members.every((member) => found[at][member] === row[member]));

function wrapFits({ enc, ct }) {
  const point = unbase64(enc);
  return point.length === 65 && point[0] === 4 && unbase64(ct).length === 48;
}

/** `magic ‖ u32 length ‖ header`, as the file begins. */
export const prefixOf = (headerBytes) => concat(MAGIC, u32(headerBytes.length), headerBytes);

/** Header bytes of a sealed Blob. Throws `Refused` for the checks `magic` and `header_size`. */
export async function headerBytesOf(file) {
  const start = new Uint8Array(await file.slice(0, MAGIC.length + 4).arrayBuffer());
  if (!MAGIC.every((byte, at) => start[at] === byte)) throw refusal("magic", "not a sealed bid of this format");
  const length = start.length === 12 ? readU32(start, 8) : 0;
  if (length < 2 || length > MOST_JSON || 12 + length > file.size) throw refusal("header_size", "an impossible header length");
  return new Uint8Array(await file.slice(12, 12 + length).arrayBuffer());
}

export const coreOf = (binding) => hashOf(canonical(binding));

/** HKDF of the file key under the binding, for one label. */
export const deriveKey = ({ fileKey, binding, core, label }) =>
  hkdf({ ikm: fileKey, salt: unbase64(binding.salt), info: concat(utf8(label + binding.suite), core) });

export const shareCommitment = async ({ core, group, index, share }) =>
  hex(await hashOf("gongheng/share/v1", core, group, u8(index), share));

export const wrapContext = ({ core, kid, group, index }) => hashOf("gongheng/wrap/v1", core, kid, group, u8(index));

