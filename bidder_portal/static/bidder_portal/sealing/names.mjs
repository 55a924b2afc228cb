/** File names inside a bid: NFC, relative, no trick that another system would read differently. Pure. */

import { utf8 } from "./bytes.mjs";

const MOST_DEEP = 16; // a name's segments, its own included
const MOST_FOLDERS = 4096;
const BANNED = /[\\:\u0000-\u001f\u007f]/;

/** A sentence on why a name is refused, or "". */
export function nameMisfit(name) {
  const size = utf8(name).length;
  if (size < 1 || size > 1024) return `a name has ${size} bytes`;
  if (name.normalize("NFC") !== name) return `${name} is not in NFC`;
  if (!name.isWellFormed() || BANNED.test(name)) return `${name} has a character that is not allowed`;
  const segments = name.split("/");
  if (segments.length > MOST_DEEP) return `${name} has more than ${MOST_DEEP} segments`;
  const bad = segments.find((segment) => segment === "." || segment === ".." || !fits(segment));
  return bad === undefined ? "" : `${name} has the segment "${bad}"`;
}

const fits = (segment) => {
  const size = utf8(segment).length;
  return size >= 1 && size <= 255;
};

/** Sentences on why the names cannot stand together: double, both a file and a folder, too many folders. */
export function nameClashes(names) {
  const files = new Set(names);
  const folders = new Set();
  const found = files.size === names.length ? [] : ["a name stands twice"];
  for (const name of files) {
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) folders.add(name.slice(0, at));
  }
  for (const folder of folders) if (files.has(folder)) found.push(`${folder} is both a file and a folder`);
  if (folders.size > MOST_FOLDERS) found.push(`there are more than ${MOST_FOLDERS} folders`);
  return found;
}

/** Order by UTF-8 bytes, which is the order of code points. */
export function byBytes(left, right) {
  const [a, b] = [utf8(left), utf8(right)];
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) if (a[at] !== b[at]) return a[at] - b[at];
  return a.length - b.length;
}
