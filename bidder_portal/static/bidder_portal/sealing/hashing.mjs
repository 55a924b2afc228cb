/** Running SHA-256 and CRC-32 of one file read in pieces: WebCrypto's digest cannot run, and a bid may be larger than memory. */

const K = Int32Array.from(
  ("428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe " +
    "9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da 983e5152 a831c66d b00327c8 bf597fc7 " +
    "c6e00bf3 d5a79147 06ca6351 14292967 27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 a2bfe8a1 a81a664b " +
    "c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 " +
    "748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2").split(" "),
  (word) => parseInt(word, 16) | 0,
);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const W = new Int32Array(64);

export class RunningSha256 {
  #state = Int32Array.from(START);
  #rest = new Uint8Array(64);
  #held = 0;
  #length = 0;

  update(bytes) {
    this.#length += bytes.length;
    let at = 0;
    if (this.#held) {
      at = Math.min(64 - this.#held, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < 64) return this;
      compress(this.#state, this.#rest, 0);
    }
    at = compress(this.#state, bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#held = bytes.length - at;
    return this;
  }

  digest() {
    const length = this.#length;
    const padding = new Uint8Array(((this.#held < 56 ? 56 : 120) - this.#held) + 8);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(length) * 8n);
    this.update(padding);
    const out = new DataView(new ArrayBuffer(32));
    this.#state.forEach((word, at) => out.setInt32(at * 4, word));
    return new Uint8Array(out.buffer);
  }
}

/** Take in all whole blocks from `start`; answers where the rest begins. */
function compress(state, bytes, start) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (; at + 64 <= bytes.length; at += 64) {
    expand(view, at);
    rounds(state);
  }
  return at;
}

function expand(view, at) {
  for (let t = 0; t < 16; t++) W[t] = view.getInt32(at + t * 4);
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15];
    const y = W[t - 2];
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[t] = (W[t - 16] + low + W[t - 7] + high) | 0;
  }
}

function rounds(state) {
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let t = 0; t < 64; t++) {
    const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + high + (g ^ (e & (f ^ g))) + K[t] + W[t]) | 0;
    const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (low + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

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

const IN_MEMORY = 1 << 28; // up to 256 MiB the browser's own digest is worth its memory: it is several times faster
const PIECE = 1 << 22;

/** `{crc, hash}` of a Blob, the hash as 32 bytes. `paused` is awaited between pieces. */
export async function hashBlob(blob, { onBytes = () => {}, paused = async () => {} } = {}) {
  if (blob.size <= IN_MEMORY) return hashWhole(new Uint8Array(await blob.arrayBuffer()), onBytes);
  const crc = new RunningCrc32();
  const sha = new RunningSha256();
  for (let at = 0; at < blob.size; at += PIECE) {
    await paused();
    const piece = new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
    crc.update(piece);
    sha.update(piece);
    onBytes(piece.length);
  }
  return { crc: crc.value(), hash: sha.digest() };
}

async function hashWhole(bytes, onBytes) {
  const digest = crypto.subtle.digest("SHA-256", bytes); // runs beside the CRC
  const crc = new RunningCrc32().update(bytes).value();
  onBytes(bytes.length);
  return { crc, hash: new Uint8Array(await digest) };
}
