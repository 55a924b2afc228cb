/** ECDSA P-256 with SHA-256, signatures as raw r ‖ s; and what a signed message is under each label of the format. */

import { base64, hex } from "./bytes.mjs";
import { canonical } from "./canonical.mjs";
import { hashOf } from "./digest.mjs";

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const SHA256 = "SHA-256";

/** Whether `signature` (64 bytes) is one of the message under this SubjectPublicKeyInfo. */
export async function verify(spki, message, signature, hash = SHA256) {
  if (signature.length !== 64) return false;
  const key = await crypto.subtle.importKey("spki", spki, ECDSA, false, ["verify"]).catch(() => null);
  return key !== null && crypto.subtle.verify({ name: "ECDSA", hash }, key, signature, message);
}

export const sign = async (privateKey, message) =>
  new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: SHA256 }, privateKey, message));

export const attestationMessage = ({ suite, organisation, sealPublic }) =>
  hashOf("gongheng/key/v1", suite, organisation, sealPublic);

export const bidMessage = (digest, certificates) =>
  hashCanonical("gongheng/sig/v1", digest, certificates);

async function hashCanonical(label, digest, certificates) {
  return hashOf(label, digest, await hashOf(canonical(certificates)));
}

export const statementMessage = (kind, body) =>
  hashOf("gongheng/statement/v1", kind, Uint8Array.of(0), canonical(body));

export const possessionMessage = ({ challenge, sealPublic, signPublic }) =>
  hashOf("gongheng/possession/v1", challenge, sealPublic, signPublic);

/** Sign a statement of any kind with the holder's key and chain. */
export async function signStatement({ kind, body, privateKey, certificates }) {
  const signature = base64(await sign(privateKey, await statementMessage(kind, body)));
  return { suite: "INTL-1", kind, body, signature, certificates };
}

export const kidOf = async (sealPublic) => hex(await hashOf(sealPublic));

