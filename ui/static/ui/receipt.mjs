/**
 * Verifying a bid's receipt in the visitor's own browser: WebCrypto only, nothing leaves the page.
 *
 * `verifyReceipt(receipt, pinned)` answers one row a condition, `{name, outcome, detail}`; outcome is `ok`, `failed` or
 * `unknown` (nothing to check it by). It never throws for what it reads. The tree under SM3 and trusted timestamps are for
 * `python -m ledger verify-receipt`: WebCrypto has neither.
 */

import { concat, equal, hex, u8, unbase64, unhex, utf8 } from "../bidder_portal/sealing/bytes.mjs";
import { canonical } from "../bidder_portal/sealing/canonical.mjs";
import { hashOf } from "../bidder_portal/sealing/digest.mjs";
import { inspect } from "../bidder_portal/sealing/open.mjs";
import { differing } from "../bidder_portal/sealing/receipt.mjs";
import { statementMessage, verify } from "../bidder_portal/sealing/signing.mjs";

const TEXTS = ["at", "leaf", "leaf_sm3", "salt", "checkpoint"];
const LISTS = ["path", "path_sm3", "cosignatures", "timestamps"];
const HASHES = ["leaf", "leaf_sm3", "salt", "path", "path_sm3"]; // one hash, or a list of them
const HASH = /^[0-9a-f]{64}$/; // a node is hashed without its length: one of another length is another cut of the same bytes
const NUMBERS = ["v", "index", "size"];
const OBJECTS = ["body", "revealed"];
const BODY = ["kind", "lot", "payload", "personal", "role"];
const ED25519 = 1;
const COSIGNATURE = 4;
const ID = 4; // bytes of a key's id before its signature
const SECONDS = 8; // bytes of a cosignature's time

/** A condition for which there is nothing to check by. */
class Unknown extends Error {}

const need = (holds, words) => {
  if (!holds) throw new Error(words);
};
const same = (left, right) => [...left].sort().join() === [...right].sort().join();

/** The conditions in order; each takes the receipt's parts and what the page pins, and returns a detail or throws. */
const CONDITIONS = { form, signature, entry, personal, leaf, inclusion, checkpoint, witnesses, file };

export const NAMES = Object.keys(CONDITIONS);

/**
 * Verify a parsed receipt file. `pinned`: `{logKey, receiptKey (base64 SPKI), witnesses: [verifier keys], sealed: Blob|null}`.
 */
export async function verifyReceipt(receipt, pinned) {
  const parts = { statement: receipt?.statement, evidence: receipt?.evidence ?? receipt };
  const rows = [];
  for (const [name, judge] of Object.entries(CONDITIONS)) {
    if (rows[0]?.outcome === "failed") rows.push({ name, outcome: "unknown", detail: "" });
    else rows.push(await answer(name, () => judge(parts, pinned)));
  }
  return rows;
}

async function answer(name, judge) {
  try {
    return { name, outcome: "ok", detail: (await judge()) ?? "" };
  } catch (error) {
    const unknown = error instanceof Unknown || error.name === "NotSupportedError";
    return { name, outcome: unknown ? "unknown" : "failed", detail: error.reasons?.[0]?.check ?? error.message };
  }
}

function form({ statement, evidence }) {
  need(evidence !== null && typeof evidence === "object", "no object");
  need(same(Object.keys(evidence), [...TEXTS, ...LISTS, ...NUMBERS, ...OBJECTS]), "other fields");
  need(TEXTS.every((name) => typeof evidence[name] === "string"), "a text is none");
  need(NUMBERS.every((name) => Number.isSafeInteger(evidence[name]) && evidence[name] >= 0), "a number is none");
  const lists = LISTS.map((name) => evidence[name]);
  need(lists.every((list) => Array.isArray(list) && list.every((item) => typeof item === "string")), "a list is none");
  need(HASHES.flatMap((name) => evidence[name]).every((text) => HASH.test(text)), "a hash is none");
  need(evidence.v === 1 && same(Object.keys(evidence.body), BODY), "another version or body");
  need(statement === undefined || statement.kind === "bid.receipt", "another statement");
}

/** The platform's signature over what it said it received. */
async function signature({ statement }, { receiptKey }) {
  if (statement === undefined) throw new Unknown("no statement");
  const message = await statementMessage(statement.kind, statement.body);
  need(await verify(unbase64(receiptKey), message, unbase64(statement.signature)), "signature");
  return statement.body.received_at;
}

/** What the platform signed and what the log recorded are one and the same bid. */
function entry({ statement, evidence }) {
  need(evidence.body.kind === "bid.received", evidence.body.kind);
  if (statement === undefined) throw new Unknown("no statement");
  const [other] = differing(statement, evidence);
  need(other === undefined, other);
  return evidence.body.payload.bid_digest;
}

async function personal({ evidence }) {
  for (const [name, { salt, value }] of Object.entries(evidence.revealed)) {
    need(hex(await hashOf(unhex(salt), value)) === evidence.body.personal[name], name);
  }
}

const faceOf = async ({ index, at, salt, body }) => {
  const hashed = hex(await hashOf(unhex(salt), canonical(body)));
  return hashOf(u8(0), canonical({ at, body_hash: hashed, index }));
};

async function leaf({ evidence }) {
  need(hex(await faceOf(evidence)) === evidence.leaf, "leaf");
  return evidence.leaf;
}

/** RFC 9162 2.1.3.2: the path leads from the leaf to the root that the checkpoint names. */
async function inclusion({ evidence }) {
  const { root } = headOf(evidence.checkpoint);
  let node = unhex(evidence.leaf);
  let place = BigInt(evidence.index);
  let last = BigInt(evidence.size) - 1n;
  need(place <= last, "index");
  for (const step of evidence.path.map(unhex)) {
    need(last > 0n, "path");
    if (place & 1n || place === last) {
      node = await hashOf(u8(1), step, node);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else node = await hashOf(u8(1), node, step);
    [place, last] = [place >> 1n, last >> 1n];
  }
  need(last === 0n && equal(node, root), "root");
}

function headOf(note) {
  const at = note.lastIndexOf("\n\n");
  need(at > 0 && note.endsWith("\n"), "note");
  const text = note.slice(0, at + 1);
  const [origin, size, root] = text.split("\n");
  need(/^(0|[1-9][0-9]{0,15})$/.test(size), "size");
  return { text, origin, size: Number(size), root: unbase64(root), lines: note.slice(at + 2, -1).split("\n") };
}

/** The signed head is the log's: its key is the one that this page pins. */
async function checkpoint({ evidence }, { logKey }) {
  const head = headOf(evidence.checkpoint);
  const key = await keyOf(logKey, ED25519);
  need(head.origin === key.name && head.size === evidence.size, "head");
  const marked = head.lines.map((line) => signatureOf(line, key)).find((found) => found !== null);
  need(marked !== undefined, "no signature");
  need(await signedBy(key, marked.subarray(ID), utf8(head.text)), "signature");
  return `${head.size}`;
}

/** Every line of a known witness is right (C2SP cosignature/v1). */
async function witnesses({ evidence }, { witnesses: known }) {
  const { text } = headOf(evidence.checkpoint);
  const seen = [];
  for (const verifier of known) {
    const key = await keyOf(verifier, COSIGNATURE);
    for (const marked of evidence.cosignatures.map((line) => signatureOf(line, key)).filter((found) => found !== null)) {
      const seconds = new DataView(marked.buffer, marked.byteOffset + ID).getBigUint64(0);
      const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
      need(await signedBy(key, marked.subarray(ID + SECONDS), message), key.name);
      seen.push(key.name);
    }
  }
  if (!seen.length) throw new Unknown("");
  return seen.join(", ");
}

/** The sealed file beside the receipt has the digest and the trailer that the receipt names. */
async function file({ evidence }, { sealed }) {
  if (!sealed) throw new Unknown("");
  const { digest, trailerBytes } = await inspect(sealed);
  const { bid_digest, trailer_sha256 } = evidence.body.payload;
  need(digest === bid_digest, digest);
  need(trailer_sha256 === hex(await hashOf(trailerBytes)), "header_mac");
  return digest;
}

const MARK = "GH1:"; // of the text in a receipt's QR code: base45 (RFC 9285) of its deflated JSON
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MOST = 1 << 20;

/** The JSON text of what a receipt's QR code says. Throws when it is none, cut off, or longer than 1 MiB. */
export async function expanded(code) {
  const line = code.replace(/[\r\n]/g, "");
  need(line.startsWith(MARK), "no code of a receipt");
  const stream = new Blob([fromBase45(line.slice(MARK.length))]).stream().pipeThrough(new DecompressionStream("deflate"));
  const parts = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new TextDecoder("utf-8", { fatal: true }).decode(concat(...parts));
    length += value.length;
    need(length <= MOST, "too long");
    parts.push(value);
  }
}

function fromBase45(spelling) {
  const bytes = [];
  for (let at = 0; at < spelling.length; at += 3) {
    const digits = [...spelling.slice(at, at + 3)].map((char) => BASE45.indexOf(char));
    const number = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    const width = digits.length - 1;
    need(digits.every((digit) => digit >= 0) && width > 0 && number < 256 ** width, "not base45");
    bytes.push(...(width === 2 ? [number >> 8, number & 255] : [number]));
  }
  return Uint8Array.from(bytes);
}

async function keyOf(verifier, algorithm) {
  const [, name, id, material] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(verifier) ?? [];
  need(name !== undefined, "key");
  const bytes = unbase64(material);
  const named = await hashOf(name, "\n", bytes);
  need(bytes[0] === algorithm && bytes.length === 33 && hex(named.subarray(0, ID)) === id, "key");
  return { name, id, key: await crypto.subtle.importKey("raw", bytes.subarray(1), "Ed25519", false, ["verify"]) };
}

/** The marked signature of a line when it is this key's, null when it is another's. */
function signatureOf(line, { name, id }) {
  const start = `— ${name} `;
  if (!line.startsWith(start)) return null;
  const marked = unbase64(line.slice(start.length));
  return hex(marked.subarray(0, ID)) === id ? concat(marked) : null;
}

const signedBy = ({ key }, signature, message) => crypto.subtle.verify("Ed25519", key, signature, message);
