/**
 * X.509 as far as the sealed bid needs it: P-256 certificates, chains by issuer and signature, the path to a pinned
 * root, validity at a told instant, the subject's serialNumber. Nothing here reads a clock.
 */

import { equal, hex, text, unbase64 } from "./bytes.mjs";
import { revocationReasons } from "./crl.mjs";
import { bitString, oid, parseDer, rawSignature, TAG, time } from "./der.mjs";
import { sha256 } from "./digest.mjs";
import { SPKI_PREFIX } from "./hpke.mjs";
import { reason } from "./refusal.mjs";
import { verify } from "./signing.mjs";

export const HASHES = { "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512" };
const SERIAL_NUMBER = "2.5.4.5";
const COMMON_NAME = "2.5.4.3";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE, "2.5.29.37"]);
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

/** What a certificate says. Throws on anything but a strict DER certificate of a P-256 key. */
export function parseCertificate(der) {
  const { children: [body, algorithm, signature, ...more] } = parseDer(der);
  if (!signature || more.length || body.tag !== TAG.SEQUENCE) throw new TypeError("not a certificate");
  const fields = body.children[0].tag === TAG.VERSION ? body.children.slice(1) : body.children;
  const [serial, inner, issuer, validity, subject, spki, ...rest] = fields;
  if (!spki || !equal(inner.whole, algorithm.whole)) throw new TypeError("not a certificate");
  if (spki.whole.length !== 91 || !SPKI_PREFIX.every((byte, at) => spki.whole[at] === byte)) {
    throw new TypeError("the certificate's key is not P-256");
  }
  return {
    der, serial: hex(serial.content), tbs: body.whole, issuer: issuer.whole, subject: subject.whole, spki: spki.whole,
    organisation: attribute(subject, SERIAL_NUMBER), commonName: attribute(subject, COMMON_NAME),
    notBefore: time(validity.children[0]), notAfter: time(validity.children[1]),
    hash: HASHES[oid(algorithm.children[0])], signature: rawSignature(bitString(signature)),
    extensions: readExtensions(rest.find(({ tag }) => tag === TAG.EXTENSIONS)),
  };
}

/** The value of a subject's attribute, "" where it has none. */
function attribute(name, wanted) {
  const rows = name.children.flatMap(({ children }) => children).filter(({ children }) => oid(children[0]) === wanted);
  if (rows.length > 1) throw new TypeError("a subject attribute stands twice");
  return rows.length ? text(rows[0].children[1].content) : "";
}

export function readExtensions(wrapper) {
  const found = new Map();
  for (const { children } of wrapper ? wrapper.children[0].children : []) {
    const name = oid(children[0]);
    if (found.has(name)) throw new TypeError("an extension stands twice");
    const critical = children.length === 3 && children[1].content[0] === 255;
    found.set(name, { critical, value: children.at(-1).content });
  }
  return found;
}

function constraintsOf({ extensions }) {
  const row = extensions.get(BASIC_CONSTRAINTS);
  const [authority, length] = row ? parseDer(row.value).children : [];
  const may = authority?.tag === TAG.BOOLEAN && authority.content[0] === 255;
  return { authority: may, pathLength: length ? length.content.reduce((sum, byte) => sum * 256 + byte, 0) : Infinity };
}

/** Whether the key may be used so; a certificate without the extension may be used for anything. */
export function mayBeUsed({ extensions }, bit) {
  const row = extensions.get(KEY_USAGE);
  return !row || Boolean(parseDer(row.value).content[1] & bit);
}

const issued = async (certificate, issuer) =>
  equal(certificate.issuer, issuer.subject) &&
  Boolean(certificate.hash) &&
  (await verify(issuer.spki, certificate.tbs, certificate.signature, certificate.hash));

/** The chain of a base64 list: leaf first, 1 … 4, each but the last signed by the next. Throws with what is wrong. */
export async function parseChain(list) {
  if (!Array.isArray(list) || list.length < 1 || list.length > 4) throw new TypeError("1 to 4 certificates are needed");
  const chain = list.map((spelling) => parseCertificate(unbase64(spelling)));
  for (const [place, certificate] of chain.slice(0, -1).entries()) {
    if (!(await issued(certificate, chain[place + 1]))) {
      throw new TypeError(`certificate ${place} is not signed by the next one`);
    }
  }
  return chain;
}

/**
 * Reasons why a chain does not lead to a pinned root or is not valid at an instant (milliseconds); empty when it does.
 * Roots may have `lists`: the revocation lists that are known beside them.
 */
export async function checkPath(chain, roots, instant) {
  const whole = await wholeChain(chain, roots);
  if (!whole) return [reason("path", "the certificates do not lead to the pinned root")];
  return [...whole.slice(1).flatMap(authorityReasons), ...leafReasons(whole[0]), ...whole.flatMap((certificate, place) => validityReasons(certificate, place, instant)), ...(await revocationReasons(whole, roots.lists ?? [], instant))];
}

async function wholeChain(chain, roots) {
  const last = chain.at(-1);
  if (roots.some(({ der }) => equal(der, last.der))) return chain;
  for (const root of roots) if (await issued(last, root)) return [...chain, root];
  return null;
}

function authorityReasons(certificate, below) {
  const { authority, pathLength } = constraintsOf(certificate);
  const found = [];
  if (!authority) found.push(reason("path", `certificate ${below + 1} is not a certification authority`));
  else if (pathLength < below) found.push(reason("path", `certificate ${below + 1} allows no path of this length`));
  if (!mayBeUsed(certificate, KEY_CERT_SIGN)) found.push(reason("path", `certificate ${below + 1} may not sign certificates`));
  return found;
}

const leafReasons = (leaf) =>
  mayBeUsed(leaf, DIGITAL_SIGNATURE) ? [] : [reason("path", "the signer's certificate may not sign documents")];

function validityReasons(certificate, place, instant) {
  const found = [];
  if (instant < certificate.notBefore || certificate.notAfter < instant) {
    const [from, to] = [certificate.notBefore, certificate.notAfter].map((bound) => new Date(bound).toISOString().slice(0, 10));
    found.push(reason("validity", `certificate ${place} is valid from ${from} to ${to}`));
  }
  if ([...certificate.extensions].some(([name, { critical }]) => critical && !UNDERSTOOD.has(name))) {
    found.push(reason("path", `certificate ${place} has a critical extension that is not understood`));
  }
  return found;
}

/** Reasons why the leaf is not of this organisation (subject serialNumber). */
export const checkSigner = ([leaf], organisation) =>
  leaf.organisation === organisation
    ? []
    : [reason("signer", `the certificate names ${leaf.organisation || "no organisation"}, not ${organisation}`)];

/** Roots of a PEM text, or of a list of base64 DER. */
export function parseRoots(source) {
  const list = Array.isArray(source) ? source : pemBodies(source);
  if (!list.length) throw new TypeError("no root certificate");
  return list.map((spelling) => parseCertificate(unbase64(spelling)));
}

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
const pemBodies = (source) => [...source.matchAll(PEM)].map(([, body]) => body.replace(/\s/g, ""));

/** The SHA-256 fingerprint by which people compare a root, as hex. */
export const fingerprint = async (certificate) => hex(await sha256(certificate.der));
