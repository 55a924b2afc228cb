/**
 * A holder's keys: the `seal` pair (ECDH, unwraps the own share) and the `sign` pair (ECDSA), the `.pub` that tells others
 * of them, and the key file under a passphrase, in the same JSON as the command line's NAME.key.
 */

import { base64, concat, equal, random, text, unbase64, utf8 } from "./bytes.mjs";
import { canonical, parseFree } from "./canonical.mjs";
import { isCode, isHex32, isInteger, isObject, misfits, octets } from "./fields.mjs";
import { pointOfSpki } from "./hpke.mjs";
import { reason, refusal, Refused, refuseAny, under, underAsync } from "./refusal.mjs";
import { attestationMessage, kidOf, possessionMessage, sign, verify } from "./signing.mjs";
import { parseChain } from "./x509.mjs";

const ECDH = { name: "ECDH", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
export const ROUNDS = 600_000;
const MOST_ROUNDS = 10_000_000;
const AAD = "gongheng/keyfile/v1";

const PUB = {
  v: (value) => value === 1,
  suite: (value) => value === "INTL-1",
  kid: isHex32,
  organisation: isCode,
  seal_public: octets(91, 91),
  sign_public: octets(91, 91),
  certificates: (value) => Array.isArray(value) && value.every(octets(1, 1 << 14)),
  attestation: octets(64, 64),
};
const PROTECTED = {
  kdf: (value) => value === "PBKDF2-HMAC-SHA256",
  rounds: (value) => isInteger(value, ROUNDS, MOST_ROUNDS),
  salt: octets(16, 16),
  nonce: octets(12, 12),
  ct: octets(17, 4096),
};
const SECRET = { seal_private: octets(1, 1024), sign_private: octets(1, 1024) };

/** Make both key pairs, extractable until they are written to a key file. */
export async function generateKeys() {
  const [seal, signing] = await Promise.all([
    crypto.subtle.generateKey(ECDH, true, ["deriveBits"]),
    crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]),
  ]);
  return {
    sealPrivate: seal.privateKey, signPrivate: signing.privateKey,
    sealPublic: await spkiOf(seal.publicKey), signPublic: await spkiOf(signing.publicKey),
  };
}

const spkiOf = async (key) => new Uint8Array(await crypto.subtle.exportKey("spki", key));

/** What a request for a certificate carries: publics, proof of possession over the challenge, attestation. All base64. */
export async function requestCertificate(keys, { challenge, organisation }) {
  const { sealPublic, signPublic, signPrivate } = keys;
  const possession = await possessionMessage({ challenge: unbase64(challenge), sealPublic, signPublic });
  const attested = await attestationMessage({ suite: "INTL-1", organisation, sealPublic });
  return {
    suite: "INTL-1", challenge,
    seal_public: base64(sealPublic), sign_public: base64(signPublic),
    proof: base64(await sign(signPrivate, possession)), attestation: base64(await sign(signPrivate, attested)),
  };
}

/** Reasons against a `.pub`: form, kid, attestation, and that its leaf certifies this signing key of this organisation. */
export async function pubReasons(pub) {
  const found = misfits(pub, PUB, "pub").map((sentence) => reason("recipients", sentence));
  if (found.length) return found;
  return (await Promise.all([kidReasons(pub), leafReasons(pub), attestationReasons(pub)])).flat();
}

async function kidReasons({ kid, seal_public: sealPublic }) {
  const bytes = unbase64(sealPublic);
  const fits = await underAsync("recipients", () => pointOfSpki(bytes)).catch(() => null);
  if (!fits) return [reason("recipients", `${kid.slice(0, 8)}: not a P-256 key`)];
  return (await kidOf(bytes)) === kid ? [] : [reason("recipients", `${kid.slice(0, 8)}: the kid is not of this key`)];
}

async function leafReasons({ kid, certificates, organisation, sign_public: signPublic }) {
  const label = kid.slice(0, 8);
  try {
    const [leaf] = await parseChain(certificates);
    const found = [];
    if (!equal(leaf.spki, unbase64(signPublic))) found.push(reason("recipients", `${label}: the certificate holds another key`));
    if (leaf.organisation !== organisation) found.push(reason("recipients", `${label}: the certificate names another organisation`));
    return found;
  } catch (error) {
    return [reason("recipients", `${label}: ${error.message}`)];
  }
}

async function attestationReasons({ kid, suite, organisation, seal_public: sealPublic, sign_public: signPublic, attestation }) {
  const message = await attestationMessage({ suite, organisation, sealPublic: unbase64(sealPublic) });
  const holds = await verify(unbase64(signPublic), message, unbase64(attestation));
  return holds ? [] : [reason("recipients", `${kid.slice(0, 8)}: the attestation does not verify`)];
}

/** Write a key file: JSON text with the private keys under a passphrase. The keys must be extractable. */
export async function writeKeyFile({ pub, keys, passphrase, rounds = ROUNDS }) {
  const secret = {
    seal_private: base64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.sealPrivate))),
    sign_private: base64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.signPrivate))),
  };
  const [salt, nonce] = [random(16), random(12)];
  const key = await passphraseKey({ passphrase, salt, rounds });
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: aadOf(pub) }, key, canonical(secret));
  const protection = { kdf: "PBKDF2-HMAC-SHA256", rounds, salt: base64(salt), nonce: base64(nonce), ct: base64(new Uint8Array(sealed)) };
  return `${JSON.stringify({ v: 1, public: pub, protected: protection }, null, 1)}\n`;
}

const aadOf = ({ kid }) => concat(utf8(AAD), utf8(kid));

async function passphraseKey({ passphrase, salt, rounds }) {
  const material = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(algorithm, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/**
 * Load a key file (its text). Returns `{pub, sealPrivate, signPrivate, sealPublic}`, the private keys non-extractable
 * unless `extractable`. Throws `Refused` with the check `key`.
 */
export async function loadKeyFile(source, { passphrase = "", extractable = false } = {}) {
  const file = under("key", () => parseFree(source));
  const shape = { v: (value) => value === 1, public: isObject, ...(file?.secret ? { secret: isObject } : { protected: isObject }) };
  refuseAny(misfits(file, shape, "key file").map((sentence) => reason("key", sentence)));
  refuseAny((await pubReasons(file.public)).map(({ reason: sentence }) => reason("key", sentence)));
  const secret = file.secret ?? (await openSecret(file, passphrase));
  refuseAny(misfits(secret, SECRET, "secret").map((sentence) => reason("key", sentence)));
  return importKeys(file.public, secret, extractable);
}

async function openSecret({ public: pub, protected: protection }, passphrase) {
  refuseAny(misfits(protection, PROTECTED, "protected").map((sentence) => reason("key", sentence)));
  const key = await passphraseKey({ passphrase, salt: unbase64(protection.salt), rounds: protection.rounds });
  const algorithm = { name: "AES-GCM", iv: unbase64(protection.nonce), additionalData: aadOf(pub) };
  const opened = await crypto.subtle.decrypt(algorithm, key, unbase64(protection.ct)).catch(() => null);
  if (!opened) throw new Refused([{ ...reason("key", "the passphrase does not open the key file"), word: "passphrase" }]);
  return under("key", () => parseFree(text(new Uint8Array(opened))));
}

async function importKeys(pub, secret, extractable) {
  const [sealPublic, signPublic] = [unbase64(pub.seal_public), unbase64(pub.sign_public)];
  return underAsync("key", async () => {
    const sealing = await importPair({ bytes: unbase64(secret.seal_private), algorithm: ECDH, usages: ["deriveBits"], extractable });
    const signing = await importPair({ bytes: unbase64(secret.sign_private), algorithm: ECDSA, usages: ["sign"], extractable });
    if (!equal(sealing.spki, sealPublic) || !equal(signing.spki, signPublic)) {
      throw refusal("key", "the private keys do not belong to the public ones");
    }
    return { pub, sealPrivate: sealing.key, signPrivate: signing.key, sealPublic };
  });
}

/** A private key and the public half computed from it, so that a mismatch is seen. */
async function importPair({ bytes, algorithm, usages, extractable }) {
  const open = await crypto.subtle.importKey("pkcs8", bytes, algorithm, true, usages);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", open);
  const half = algorithm === ECDSA ? ["verify"] : [];
  const spki = await spkiOf(await crypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, true, half));
  return { key: extractable ? open : await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, usages), spki };
}
