/** Closed field sets: tables of `member → test`, and the list of what is wrong with an object held against one. Pure. */

import { unbase64 } from "./bytes.mjs";

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

export const isCode = (value) => typeof value === "string" && CODE.test(value);
export const isHex32 = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
export const isInteger = (value, least, most = Number.MAX_SAFE_INTEGER) =>
  Number.isSafeInteger(value) && value >= least && value <= most;
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether the value spells a real UTC instant to the second. */
export function isTime(value) {
  if (typeof value !== "string" || !TIME.test(value)) return false;
  const instant = Date.parse(value);
  return !Number.isNaN(instant) && new Date(instant).toISOString() === `${value.slice(0, 19)}.000Z` && value >= "0001";
}

/** A test for canonical base64 of `least` to `most` bytes. */
export const octets = (least, most) => (value) => {
  try {
    const { length } = unbase64(value);
    return least <= length && length <= most;
  } catch {
    return false;
  }
};

/** Sentences on what is missing, unknown or malformed in `value` under `table`; empty when it fits. */
export function misfits(value, table, where) {
  if (!isObject(value)) return [`${where} is not an object`];
  const missing = Object.keys(table).filter((member) => !Object.hasOwn(value, member));
  const unknown = Object.keys(value).filter((member) => !Object.hasOwn(table, member));
  const malformed = Object.keys(table).filter((member) => Object.hasOwn(value, member) && !table[member](value[member]));
  return [
    ...missing.map((member) => `${where}.${member} is missing`),
    ...unknown.map((member) => `${where}.${member} is unknown`),
    ...malformed.map((member) => `${where}.${member} has another form`),
  ];
}
