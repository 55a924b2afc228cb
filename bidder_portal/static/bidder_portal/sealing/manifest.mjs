/** `manifest.json`: the bid letter's structured fields and the list of files. Prices are yuan strings, never numbers. */

import { canonical } from "./canonical.mjs";
import { isHex32, isInteger, isObject, misfits } from "./fields.mjs";
import { reason, refuseAny } from "./refusal.mjs";

export const MANIFEST = "manifest.json";
export const MOST_MANIFEST = 1 << 22;
const PRICE = /^\d+\.\d{2}$/;
const PRICE_KINDS = ["total", "rate", "discount"];
const ROLE = /^[a-z][a-z0-9_-]{0,31}$/;

const FILE = {
  name: (value) => typeof value === "string",
  size: (value) => isInteger(value, 0),
  hash: isHex32,
  role: (value) => typeof value === "string" && ROLE.test(value),
};
const SHAPE = { v: (value) => value === 1, fields: isObject, files: Array.isArray };

/** Sentences on what is wrong with the bid letter's fields; empty when they fit. */
export function fieldMisfits(fields) {
  const found = [...nulMisfits(fields), ...[...objectsIn(fields)].flatMap(priceMisfits)];
  if (Object.hasOwn(fields, "duration_days") && !isInteger(fields.duration_days, 1, 36500)) {
    found.push("duration_days is not 1 … 36,500");
  }
  if (Object.hasOwn(fields, "key_persons") && !arePersons(fields.key_persons)) {
    found.push("key_persons is not a list of objects with name and role");
  }
  return found;
}

/** A NUL in a text or a member's name: databases cannot hold it. */
function nulMisfits(value) {
  if (typeof value === "string") return value.includes("\0") ? ["a text has a NUL character"] : [];
  if (typeof value !== "object" || value === null) return [];
  return [...Object.keys(value).flatMap(nulMisfits), ...Object.values(value).flatMap(nulMisfits)];
}

function* objectsIn(value) {
  if (isObject(value)) yield value;
  if (typeof value === "object" && value !== null) for (const member of Object.values(value)) yield* objectsIn(member);
}

function priceMisfits(object) {
  if (!Object.hasOwn(object, "price")) return [];
  const found = [];
  if (typeof object.price !== "string" || !PRICE.test(object.price)) found.push("a price is not yuan with two decimals");
  if (!PRICE_KINDS.includes(object.price_kind)) found.push("a price has no price_kind total, rate or discount");
  return found;
}

const arePersons = (value) =>
  Array.isArray(value) &&
  value.every((row) => isObject(row) && ["name", "role"].every((member) => typeof row[member] === "string"));

/** Canonical bytes of the manifest. `files` are `{name, size, hash, role}` in archive order. */
export function manifestBytes(fields, files) {
  const bytes = canonical({ v: 1, fields, files: files.map(({ name, size, hash, role }) => ({ name, size, hash, role })) });
  const found = fieldMisfits(fields);
  for (const { role } of files) if (!ROLE.test(role)) found.push(`role ${role} is malformed`);
  if (bytes.length > MOST_MANIFEST) found.push("the manifest is larger than 4 MiB");
  refuseAny(found.map((sentence) => reason("manifest", sentence)));
  return bytes;
}

/** Sentences on why a parsed manifest does not describe these entries (`{name, size, hash}`, without the manifest). */
export function manifestMisfits(manifest, entries) {
  const told = isObject(manifest) && Object.hasOwn(manifest, "machine"); // marks of the machine, from the offline client
  const found = misfits(manifest, told ? { ...SHAPE, machine: isObject } : SHAPE, "manifest");
  if (found.length) return found;
  found.push(...fieldMisfits(manifest.fields), ...(told ? nulMisfits(manifest.machine) : []), ...manifest.files.flatMap((row) => misfits(row, FILE, "file")));
  const described = manifest.files.map(({ name, size, hash }) => [name, size, hash].join("\n"));
  const present = entries.map(({ name, size, hash }) => [name, size, hash].join("\n"));
  if (described.join("\0") !== present.join("\0")) found.push("the manifest does not describe the files");
  return found;
}
