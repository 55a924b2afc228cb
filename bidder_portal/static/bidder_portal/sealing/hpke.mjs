/**
 * HPKE base mode, single shot (RFC 9180): KEM 0x0010 (P-256, HKDF-SHA256), KDF 0x0001, AEAD 0x0002 (AES-256-GCM).
 * AEAD 0x0001 exists for the RFC's printed vectors only.
 */

import { base64, concat, utf8 } from "./bytes.mjs";
import { hkdfExpand, hkdfExtract } from "./digest.mjs";

const EMPTY = new Uint8Array(0);
const KEM_ID = Uint8Array.of(0x00, 0x10);
const KDF_ID = Uint8Array.of(0x00, 0x01);
const KEY_LENGTHS = { 1: 16, 2: 32 };
const ECDH = { name: "ECDH", namedCurve: "P-256" };
export const SPKI_PREFIX = Uint8Array.from("3059301306072a8648ce3d020106082a8648ce3d030107034200".match(/../g), (pair) => parseInt(pair, 16));

const labeledExtract = (suite, salt, label, ikm) => hkdfExtract(salt, concat(utf8("HPKE-v1"), suite, utf8(label), ikm));

const labeledExpand = (suite, prk, label, { info, length }) =>
  hkdfExpand(prk, concat(Uint8Array.of(length >> 8, length & 255), utf8("HPKE-v1"), suite, utf8(label), info), length);

async function sharedSecret(dh, context) {
  const suite = concat(utf8("KEM"), KEM_ID);
  const prk = await labeledExtract(suite, EMPTY, "eae_prk", dh);
  return labeledExpand(suite, prk, "shared_secret", { info: context, length: 32 });
}

async function keySchedule(secret, info, aead) {
  const suite = concat(utf8("HPKE"), KEM_ID, KDF_ID, Uint8Array.of(0, aead));
  const pskHash = await labeledExtract(suite, EMPTY, "psk_id_hash", EMPTY);
  const infoHash = await labeledExtract(suite, EMPTY, "info_hash", info);
  const context = concat(Uint8Array.of(0), pskHash, infoHash);
  const prk = await labeledExtract(suite, secret, "secret", EMPTY);
  const key = await labeledExpand(suite, prk, "key", { info: context, length: KEY_LENGTHS[aead] });
  const nonce = await labeledExpand(suite, prk, "base_nonce", { info: context, length: 12 });
  return { key, nonce };
}

const exchange = async (privateKey, publicKey) =>
  new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256));

/** An ECDH public key of a 65-byte uncompressed point; WebCrypto refuses points off the curve. */
export const importPoint = (point) => crypto.subtle.importKey("raw", point, ECDH, true, []);

const pointOf = async (key) => new Uint8Array(await crypto.subtle.exportKey("raw", key));

/** The public half of an ECDH private key that may be non-extractable is told by the caller: `point`, 65 bytes. */
export async function sealTo({ point, info, plaintext, aad = EMPTY, aead = 2, ephemeral }) {
  const pair = ephemeral ?? (await crypto.subtle.generateKey(ECDH, false, ["deriveBits"]));
  const enc = await pointOf(pair.publicKey);
  const dh = await exchange(pair.privateKey, await importPoint(point));
  const { key, nonce } = await keySchedule(await sharedSecret(dh, concat(enc, point)), info, aead);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: aad }, aes, plaintext);
  return { enc, ct: new Uint8Array(ct) };
}

/** The plaintext. Throws when the wrap was not made to this key in this context. */
export async function openFrom({ privateKey, point, enc, ct, info, aad = EMPTY, aead = 2 }) {
  const dh = await exchange(privateKey, await importPoint(enc));
  const { key, nonce } = await keySchedule(await sharedSecret(dh, concat(enc, point)), info, aead);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData: aad }, aes, ct));
}

const urlSafe = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** A key pair of a scalar and its point, for known answers. */
export async function pairOf(scalar, point) {
  const jwk = { kty: "EC", crv: "P-256", x: urlSafe(point.subarray(1, 33)), y: urlSafe(point.subarray(33)), d: urlSafe(scalar) };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, ECDH, true, ["deriveBits"]);
  return { privateKey, publicKey: await importPoint(point) };
}

/** The point of a P-256 SubjectPublicKeyInfo in its 91-byte form. Throws on any other. */
export function pointOfSpki(spki) {
  if (spki.length !== 91 || !SPKI_PREFIX.every((byte, at) => spki[at] === byte) || spki[26] !== 4) {
    throw new TypeError("not the 91-byte SubjectPublicKeyInfo of a P-256 point");
  }
  return spki.subarray(26);
}
