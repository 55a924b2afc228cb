/** The archive inside a bid: a stored ZIP whose every byte follows from names and contents, `manifest.json` first. */

import { concat, equal, hex, text, utf8 } from "./bytes.mjs";
import { parseCanonical } from "./canonical.mjs";
import { hashBytes, hashFile, MOST_FILE } from "./hashing.mjs";
import { MANIFEST, manifestBytes, manifestMisfits } from "./manifest.mjs";
import { byBytes, nameClashes, nameMisfit } from "./names.mjs";
import { reason, refusal, refuseAny } from "./refusal.mjs";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_FLAG = 0x0800;
const DATE = 0x0021; // 1980-01-01
const MOST_FILES = 4096;
const LIMIT = 2 ** 32;

/** Little-endian fields: pairs of (bytes, value). */
function little(...fields) {
  const out = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) out.setUint16(at, value, true);
    else out.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(out.buffer);
}

function localHeader({ nameBytes, crc, size }) {
  const fields = [[4, LOCAL], [2, VERSION], [2, UTF8_FLAG], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size]];
  return concat(little(...fields, [2, nameBytes.length], [2, 0]), nameBytes);
}

function centralEntry({ nameBytes, crc, size, offset }) {
  const fields = [[4, CENTRAL], [2, VERSION], [2, VERSION], [2, UTF8_FLAG], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size]];
  const rest = [[2, nameBytes.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
  return concat(little(...fields, ...rest), nameBytes);
}

const endRecord = (count, { size, offset }) =>
  little([4, END], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);

/**
 * First pass: hash every file and lay the archive out.
 *
 * `files`: `{name, role, source}` with `path` or `blob`, in any order (`sources.mjs`). Returns `{parts, length, manifest}`, parts being Uint8Arrays
 * or sources.
 * `onBytes(n)` is told of progress; `paused()` is awaited between files and large pieces; `lanes` do the heavy part.
 */
export async function planArchive({ files, fields, lanes, onBytes, paused }) {
  refuseAny([...namesRefused(files), ...sizesRefused(files)]);
  const rows = [];
  for (const file of files.toSorted((a, b) => byBytes(a.name, b.name))) {
    const { name, role = "attachment", source } = file;
    const { crc, hash } = await hashFile(file, { lanes, onBytes, paused });
    rows.push({ name, role, size: source.size, crc, hash: hex(hash), content: source });
  }
  const manifest = manifestBytes(fields, rows);
  const { crc } = await hashBytes(manifest);
  return { ...layOut([{ name: MANIFEST, size: manifest.length, crc, content: manifest }, ...rows]), manifest };
}

function namesRefused(files) {
  const names = files.map(({ name }) => name);
  const found = [...names.map(nameMisfit).filter(Boolean), ...nameClashes([...names, MANIFEST])];
  if (!files.length || files.length > MOST_FILES - 1) found.push(`1 to ${MOST_FILES - 1} files can be sealed`);
  return found.map((sentence) => reason("archive", sentence));
}

function sizesRefused(files) {
  const large = files.filter(({ source }) => source.size > MOST_FILE);
  return large.map(({ name }) => reason("file_size", `${name} is larger than ${MOST_FILE / 2 ** 20} MiB`));
}

function layOut(rows) {
  const parts = [];
  const central = [];
  let offset = 0;
  for (const row of rows) {
    const named = { ...row, nameBytes: utf8(row.name), offset };
    const header = localHeader(named);
    parts.push(header, row.content);
    central.push(centralEntry(named));
    offset += header.length + row.size;
  }
  const directory = concat(...central);
  parts.push(directory, endRecord(rows.length, { size: directory.length, offset }));
  const length = offset + directory.length + 22;
  if (length >= LIMIT) throw refusal("archive", "the bid is 4 GiB or larger");
  return { parts, length };
}

/**
 * Read an archive and hold it against the one its names and contents give. `data` is a Uint8Array.
 *
 * Returns `{manifest, files: Map name → Uint8Array}`. Throws `Refused` with the check `archive` or `manifest`.
 */
export async function readArchive(data) {
  const entries = readEntries(data);
  const rows = [];
  for (const { name, content } of entries) {
    const { crc, hash } = await hashBytes(content);
    rows.push({ name, size: content.length, crc, hash: hex(hash), content });
  }
  refuseAny(orderRefused(rows.map(({ name }) => name)));
  const again = layOut(rows);
  if (again.length !== data.length || !equal(concat(...again.parts), data)) {
    throw refusal("archive", "the archive is not the one its names and contents give");
  }
  return { manifest: readManifest(rows), files: new Map(rows.map(({ name, content }) => [name, content])) };
}

function readEntries(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const entries = [];
  let at = 0;
  while (at + 30 <= data.length && view.getUint32(at, true) === LOCAL) {
    const size = view.getUint32(at + 18, true);
    const start = at + 30 + view.getUint16(at + 26, true);
    if (start + size > data.length) throw refusal("archive", "an entry ends beyond the archive");
    entries.push({ name: readName(data.subarray(at + 30, start)), content: data.subarray(start, start + size) });
    at = start + size;
  }
  return entries;
}

function readName(bytes) {
  try {
    return text(bytes);
  } catch {
    throw refusal("archive", "a name is not UTF-8");
  }
}

function orderRefused(names) {
  const [first, ...rest] = names;
  const found = [...names.map(nameMisfit).filter(Boolean), ...nameClashes(names)];
  if (first !== MANIFEST) found.push("manifest.json is not the first entry");
  if (names.length > MOST_FILES) found.push(`more than ${MOST_FILES} files`);
  if (rest.some((name, at) => at > 0 && byBytes(rest[at - 1], name) >= 0)) found.push("the names are not sorted");
  return found.map((sentence) => reason("archive", sentence));
}

function readManifest([{ content }, ...files]) {
  let manifest;
  try {
    manifest = parseCanonical(content);
  } catch (error) {
    throw refusal("manifest", error.message);
  }
  refuseAny(manifestMisfits(manifest, files).map((sentence) => reason("manifest", sentence)));
  return manifest;
}
