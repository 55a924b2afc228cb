/**
 * Revocation lists (RFC 5280) as the package carries them: read strictly, held to their issuer, asked at an instant. A certificate
 * revoked at or before it is refused; a list that is overdue refuses nothing. P-256 only. Nothing here reads a clock.
 */

import { equal, hex } from "./bytes.mjs";
import { bitString, oid, parseDer, rawSignature, TAG, time } from "./der.mjs";
import { reason } from "./refusal.mjs";
import { verify } from "./signing.mjs";
import { HASHES, mayBeUsed, readExtensions } from "./x509.mjs";

const CRL_NUMBER = "2.5.29.20";
const UNDERSTOOD = new Set([CRL_NUMBER, "2.5.29.35"]);
const ENTRY_UNDERSTOOD = new Set(["2.5.29.21", "2.5.29.24"]);
const CRL_SIGN = 0x02;
const EXTENSIONS = 0xa0; // [0] of a list, as [3] of a certificate

/** What a list says: `revoked` maps serial numbers (hex) to since when. Throws on anything but a complete version 2 list. */
export function parseCrl(der) {
  const { children: [body, algorithm, signature, ...more] } = parseDer(der);
  if (!signature || more.length) throw new TypeError("not a revocation list");
  const [version, inner, issuer, , next, ...rest] = body.children;
  const whole = version?.tag === TAG.INTEGER && version.content[0] === 1 && inner && equal(inner.whole, algorithm.whole);
  if (!whole || ![TAG.UTC_TIME, TAG.GENERALIZED_TIME].includes(next?.tag)) throw new TypeError("not a complete revocation list");
  const extensions = readExtensions(rest.find(({ tag }) => tag === EXTENSIONS));
  checkUnderstood(extensions, UNDERSTOOD);
  if (!extensions.has(CRL_NUMBER)) throw new TypeError("a revocation list without a number");
  const rows = rest.find(({ tag }) => tag === TAG.SEQUENCE)?.children ?? [];
  return {
    issuer: issuer.whole, tbs: body.whole, number: BigInt(`0x${hex(parseDer(extensions.get(CRL_NUMBER).value).content)}`),
    hash: HASHES[oid(algorithm.children[0])], signature: rawSignature(bitString(signature)), revoked: new Map(rows.map(entry)),
  };
}

function entry({ children: [serial, since, extensions] }) {
  if (extensions) checkUnderstood(readExtensions({ children: [extensions] }), ENTRY_UNDERSTOOD);
  return [hex(serial.content), time(since)];
}

function checkUnderstood(extensions, understood) {
  if ([...extensions].some(([name, { critical }]) => critical && !understood.has(name))) {
    throw new TypeError("a revocation list with a critical extension that is not understood");
  }
}

const issuedBy = async (list, issuer) =>
  equal(list.issuer, issuer.subject) && mayBeUsed(issuer, CRL_SIGN) && Boolean(list.hash) && (await verify(issuer.spki, list.tbs, list.signature, list.hash));

/** Reasons `revoked` and `crl` against a whole path (leaf first, root last); none where no list is known at all. */
export async function revocationReasons(whole, lists, instant) {
  if (!lists.length) return [];
  const found = await Promise.all(whole.slice(0, -1).map((certificate, place) => revoked(certificate, whole[place + 1], place, { lists, instant })));
  return found.flat();
}

async function revoked({ serial }, issuer, place, { lists, instant }) {
  const held = await Promise.all(lists.map(async (list) => ((await issuedBy(list, issuer)) ? list : null)));
  const own = held.filter(Boolean);
  if (!own.length) return [reason("crl", `there is no revocation list of the issuer of certificate ${place}`)];
  const newest = own.reduce((best, list) => (list.number > best.number ? list : best));
  const since = newest.revoked.get(serial);
  return since === undefined || since > instant ? [] : [reason("revoked", `certificate ${place} was revoked at ${new Date(since).toISOString()}`)];
}
