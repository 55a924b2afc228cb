/** CRC-32 of what is read piece by piece, and both hashes of one file. */

import { sha256 } from "./digest.mjs";

const TABLES = makeTables();

/** Sixteen tables, so that sixteen bytes are taken at a time. */
function makeTables() {
  const tables = Array.from({ length: 16 }, () => new Int32Array(256));
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    tables[0][n] = value;
  }
  for (let n = 0; n < 256; n++) {
    for (let k = 1; k < 16; k++) tables[k][n] = (tables[k - 1][n] >>> 8) ^ tables[0][tables[k - 1][n] & 255];
  }
  return tables;
}

const LITTLE_ENDIAN = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;

function crcOfWords(start, words) {
  const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = TABLES;
  let crc = start;
  for (let at = 0; at < words.length; at += 4) {
    const a = words[at] ^ crc;
    const b = words[at + 1];
    const c = words[at + 2];
    const d = words[at + 3];
    crc =
      t15[a & 255] ^ t14[(a >>> 8) & 255] ^ t13[(a >>> 16) & 255] ^ t12[a >>> 24] ^
      t11[b & 255] ^ t10[(b >>> 8) & 255] ^ t9[(b >>> 16) & 255] ^ t8[b >>> 24] ^
      t7[c & 255] ^ t6[(c >>> 8) & 255] ^ t5[(c >>> 16) & 255] ^ t4[c >>> 24] ^
      t3[d & 255] ^ t2[(d >>> 8) & 255] ^ t1[(d >>> 16) & 255] ^ t0[d >>> 24];
  }
  return crc;
}

export class RunningCrc32 {
  #value = -1;

  update(bytes) {
    let crc = this.#value;
    let at = 0;
    if (bytes.byteOffset % 4 === 0 && LITTLE_ENDIAN) {
      const quads = bytes.length >> 4;
      crc = crcOfWords(crc, new Int32Array(bytes.buffer, bytes.byteOffset, quads * 4));
      at = quads * 16;
    }
    const [table] = TABLES;
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]) & 255];
    this.#value = crc;
    return this;
  }

  value() {
    return ~this.#value >>> 0;
  }
}

/** The largest single file that is sealed here, in bytes: it is hashed as a whole. The offline client has no such limit. */
export const MOST_FILE = 1 << 29;
const PIECE = 1 << 22;

/**
 * `{crc, hash}` of a file with its open `source`, the hash as 32 bytes. `paused` is awaited between pieces.
 *
 * A file of one piece is hashed here, a larger one on one of the `lanes`, beside the CRC.
 */
export async function hashFile(file, { lanes, onBytes = () => {}, paused = async () => {} }) {
  const { source, path, blob } = file;
  if (source.size > PIECE) {
    const [hash, crc] = await Promise.all([lanes.hashFile({ path, blob }), crcOf(source, { onBytes, paused })]);
    return { crc, hash };
  }
  await paused();
  const whole = new Uint8Array(source.size);
  await source.read(whole, 0);
  onBytes(whole.length);
  return hashBytes(whole);
}

/** As `hashFile`, of bytes in memory. */
export async function hashBytes(bytes) {
  return { crc: new RunningCrc32().update(bytes).value(), hash: await sha256(bytes) };
}

async function crcOf(source, { onBytes, paused }) {
  const crc = new RunningCrc32();
  const buffer = new Uint8Array(PIECE);
  for (let at = 0; at < source.size; at += PIECE) {
    await paused();
    const piece = buffer.subarray(0, Math.min(PIECE, source.size - at));
    await source.read(piece, at);
    crc.update(piece);
    onBytes(piece.length);
  }
  return crc.value();
}
