/**
 * Handing over one's own share at the opening: the share is unwrapped on this machine, checked against the header's
 * commitment, and given to the server. The private key never leaves.
 */

import { base64, equal, hex, unbase64, unhex } from "./bytes.mjs";
import { coreOf, parseHeader, shareCommitment, wrapContext } from "./header.mjs";
import { openFrom, pointOfSpki } from "./hpke.mjs";
import { refusal, Refused } from "./refusal.mjs";
import { keyAmong } from "./store.mjs";

/**
 * The holder's share of the bid whose header this is: `{v, bid_digest, core, kid, group, index, share}`.
 *
 * `digest` is the bid's name in hex, `holder` what `loadKeyFile` or the key store returned.
 * Throws `Refused` with the check `recipient`, `unwrap` or `share_commitment`.
 */
export async function ownShare({ digest, headerBytes, holder }) {
  const header = parseHeader(headerBytes);
  const { kid } = holder.pub;
  const wrap = header.wraps.find((row) => row.kid === kid);
  if (!wrap) throw refusal("recipient", "this key is not a recipient of the bid");
  const core = await coreOf(header.binding);
  const { group, index } = wrap;
  const share = await unwrap({ wrap, holder, info: await wrapContext({ core, kid, group, index }) });
  const row = header.shares.find((one) => one.group === group && one.index === index);
  const commitment = await shareCommitment({ core, group, index, share });
  if (!equal(unhex(row.commitment), unhex(commitment))) throw refusal("share_commitment", "the share does not match its commitment");
  return { v: 1, bid_digest: digest, core: hex(core), kid, group, index, share: base64(share) };
}

async function unwrap({ wrap, holder, info }) {
  const point = pointOfSpki(holder.sealPublic ?? unbase64(holder.pub.seal_public));
  try {
    const enc = unbase64(wrap.enc);
    const share = await openFrom({ privateKey: holder.sealPrivate, point, enc, ct: unbase64(wrap.ct), info });
    if (share.length === 32) return share;
  } catch {
    // one sentence for every way in which a wrap may not open
  }
  throw refusal("unwrap", "the wrap does not open with this key");
}

/**
 * Unwrap the own share and hand it to the server: `releaseShare({lot, digest, headerBytes, key}) → the server's answer`.
 *
 * `headerBytes` may be left out: they are then fetched from the server, which cannot cheat with them, since another header
 * gives another core and no share. `csrf` defaults to the page's cookie. Throws `Refused` with every reason.
 */
export async function releaseShare({ lot, digest, headerBytes, key, csrf = csrfCookie(), base = "/api/v1" }) {
  const bytes = headerBytes ?? (await fetchHeader({ lot, digest, base }));
  const { index, share } = await ownShare({ digest, headerBytes: bytes, holder: await holderFor(bytes, key) });
  const response = await fetch(`${base}/lots/${lot}/bids/${digest}/release`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ index, share }),
  });
  return answerOf(response);
}

/** Hand over a share that the offline client took out: `{bid_digest, index, share, …}`. Throws `Refused`. */
export async function handShare({ lot, digest, share, csrf = csrfCookie(), base = "/api/v1" }) {
  if (share.bid_digest !== digest) throw refusal("share_binding", "the share is of another bid");
  const response = await fetch(`${base}/lots/${lot}/bids/${digest}/release`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ index: share.index, share: share.share }),
  });
  return answerOf(response);
}

/** The share in a file of the offline client, null where the file is something else. */
export function shareIn(source) {
  try {
    const body = JSON.parse(source);
    return typeof body.share === "string" && Number.isInteger(body.index) && typeof body.bid_digest === "string" ? body : null;
  } catch {
    return null;
  }
}

/** The given key, or the earlier one of the same organisation that the bid was sealed to and this machine still has. */
async function holderFor(headerBytes, key) {
  const kids = parseHeader(headerBytes).wraps.map(({ kid }) => kid);
  if (kids.includes(key.pub.kid) || !globalThis.indexedDB) return key;
  return (await keyAmong(key.pub.organisation, kids)) ?? key;
}

/** Header bytes of one's own bid, as the server keeps them. */
export async function fetchHeader({ lot, digest, base = "/api/v1" }) {
  const response = await fetch(`${base}/lots/${lot}/bids/${digest}/header`);
  if (!response.ok) await answerOf(response);
  return new Uint8Array(await response.arrayBuffer());
}

/** The JSON of an answer. Throws `Refused` with the server's reasons, or with the status where it gave none. */
export async function answerOf(response) {
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const refused = answer.refused ?? [{ check: `http_${response.status}`, reason: response.statusText || String(response.status) }];
  throw Object.assign(new Refused(refused), { status: response.status });
}

export const csrfCookie = () =>
  globalThis.document?.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";
