/** Reading a sealed file: inspection without keys, and opening with shares. For checks by hand, tests and vectors. */

import { concat, equal, hex, readU64, unbase64, unhex, xor } from "./bytes.mjs";
import { readArchive } from "./archive.mjs";
import { leafHash, rootOf } from "./digest.mjs";
import { isHex32, isInteger, misfits, octets } from "./fields.mjs";
import { coreOf, deriveKey, headerBytesOf, parseHeader, shareCommitment } from "./header.mjs";
import { CHUNK, chunkCount, nonceOf, paddedLength, TAG_LENGTH } from "./padding.mjs";
import { joinOf } from "./policy.mjs";
import { inOrder, reason, refusal, Refused, refuseAny } from "./refusal.mjs";
import { importChunkKey } from "./seal.mjs";
import { valueAt } from "./shamir.mjs";
import { digestOf, headerMac, lengthReasons, readTrailer, signatureReasons } from "./trailer.mjs";

/**
 * Judge a sealed Blob without any key; with `roots` (from `parseRoots`) also its signer.
 *
 * Returns `{header, headerBytes, trailer, trailerBytes, digest, core, root, count, leaves, headerEnd}`. Throws `Refused`.
 */
export async function inspect(file, { roots } = {}) {
  const headerBytes = await headerBytesOf(file);
  const header = parseHeader(headerBytes);
  const { binding } = header;
  const headerEnd = 12 + headerBytes.length;
  const { trailer, start } = await readTrailer(file, headerEnd);
  refuseAny(lengthReasons({ binding, trailer, headerEnd, start }));
  const leaves = await leavesOf(file, { headerEnd, start });
  const root = await rootOf(leaves);
  const found = equal(root, unhex(trailer.root)) ? [] : [reason("root", "the tree over the chunks has another root")];
  const digest = await digestOf({ headerBytes, count: trailer.count, root: unhex(trailer.root) });
  found.push(...(await signatureReasons({ binding, trailer, digest, roots })));
  refuseAny(found);
  const core = await coreOf(binding);
  const trailerBytes = await bytesOf(file, start, file.size - 4);
  return { header, headerBytes, trailer, trailerBytes, digest: hex(digest), core, root: hex(root), count: trailer.count, leaves: leaves.map(hex), headerEnd };
}

async function leavesOf(file, { headerEnd, start }) {
  const leaves = [];
  for (let at = headerEnd; at < start; at += CHUNK + TAG_LENGTH) {
    leaves.push(await leafHash(await bytesOf(file, at, Math.min(start, at + CHUNK + TAG_LENGTH))));
  }
  return leaves;
}

const bytesOf = async (file, from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());

/** Open a sealed Blob with shares. Returns `{digest, manifest, files: Map name → Uint8Array, fileKey}`. Throws `Refused`. */
export async function openBid(file, { shares, roots } = {}) {
  const bid = await inspect(file, { roots });
  const fileKey = await gatherKey(bid, shares);
  const derive = (label) => deriveKey({ fileKey, binding: bid.header.binding, core: bid.core, label });
  if ((await headerMac(await derive("header-mac"), unhex(bid.digest))) !== bid.trailer.header_mac) {
    throw refusal("header_mac", "the header's MAC does not verify");
  }
  const plain = await decrypt(file, bid, await importChunkKey(await derive("enc"), "decrypt"));
  const archive = await readArchive(unpad(plain, bid.header.binding));
  return { digest: bid.digest, fileKey, ...archive };
}

const SHARE = {
  v: (value) => value === 1,
  bid_digest: isHex32, core: isHex32, kid: isHex32,
  group: (value) => value === "bidder" || value === "custodians",
  index: (value) => isInteger(value, 1, 255),
  share: octets(32, 32),
};

/** The file key from shares, or every reason why there is none. */
async function gatherKey(bid, shares) {
  const found = [];
  const held = new Map(bid.header.binding.groups.map(({ name }) => [name, new Map()]));
  for (const share of shares) {
    const bound = bindingReasons(bid, share);
    found.push(...bound);
    if (bound.length) continue;
    const bytes = unbase64(share.share);
    if (await matches(bid, share, bytes)) held.get(share.group).set(share.index, bytes);
    else found.push(reason("share_commitment", `share ${share.group} ${share.index} does not match its commitment`));
  }
  return joinGroups(bid, held, found);
}

function bindingReasons({ digest, core, header }, share) {
  const wrap = header.wraps.find(({ kid }) => kid === share?.kid);
  const named = misfits(share, SHARE, "share").length === 0 && share.bid_digest === digest && share.core === hex(core);
  if (named && wrap && wrap.group === share.group && wrap.index === share.index) return [];
  return [reason("share_binding", "a share names another bid, core, kid, group or index")];
}

async function matches({ header, core }, { group, index }, share) {
  const row = header.shares.find((one) => one.group === group && one.index === index);
  return row.commitment === (await shareCommitment({ core, group, index, share }));
}

async function joinGroups(bid, held, found) {
  const { policy, groups } = bid.header.binding;
  const outcomes = await Promise.all(groups.map((group) => secretOf(bid, group, held.get(group.name))));
  for (const { reasons } of outcomes) found.push(...reasons);
  const usable = outcomes.flatMap(({ secret }, at) => (secret ? [{ name: groups[at].name, secret }] : []));
  const candidates = joinOf(policy) === "any" ? usable : wholeKey(usable, groups.length);
  for (const { name, secret } of candidates) {
    if (await fits(bid, secret)) return secret;
    const check = name === "custodians" ? "dealt_inconsistent" : "key_commitment";
    found.push(reason(check, `the key of ${name} is not the one committed to`));
  }
  if (!candidates.length) found.push(reason("threshold", "there are not enough matching shares"));
  throw new Refused(inOrder(found));
}

/** The one candidate of a policy that joins all groups: the XOR of every group's secret. */
const wholeKey = (usable, wanted) =>
  usable.length === wanted ? [{ name: "all", secret: usable.map(({ secret }) => secret).reduce(xor) }] : [];

const fits = async ({ header, core }, fileKey) =>
  hex(await deriveKey({ fileKey, binding: header.binding, core, label: "commit" })) === header.commitment;

/** A group's secret from its matching shares; every other share of the group is recomputed and compared. */
async function secretOf(bid, { name, threshold, recipients }, held) {
  if (held.size < threshold) return { reasons: [] };
  if (threshold === 1) return { secret: held.get(1), reasons: [] };
  const points = new Map([...held].sort(([a], [b]) => a - b).slice(0, threshold));
  for (let index = 1; index <= recipients.length; index++) {
    if (!(await matches(bid, { group: name, index }, valueAt(index, points)))) {
      return { reasons: [reason("dealt_inconsistent", "matching shares do not lie on one polynomial")] };
    }
  }
  return { secret: valueAt(0, points), reasons: [] };
}

async function decrypt(file, { header, headerEnd }, cipher) {
  const padded = header.binding.padded_length;
  const count = chunkCount(padded);
  const chunks = [];
  for (let number = 0; number < count; number++) {
    const at = headerEnd + number * (CHUNK + TAG_LENGTH);
    const size = Math.min(CHUNK, padded - number * CHUNK) + TAG_LENGTH;
    const iv = nonceOf(number, number === count - 1);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, cipher, await bytesOf(file, at, at + size)).catch(() => null);
    if (!plain) throw refusal("chunk", `chunk ${number} does not decrypt`);
    chunks.push(new Uint8Array(plain));
  }
  return concat(...chunks);
}

function unpad(plain, { envelope, padded_length: padded }) {
  const length = plain.length >= 8 ? readU64(plain) : -1n;
  const fitting = length >= 0n && length <= BigInt(padded - 8) && paddedLength(envelope, Number(length)) === padded;
  if (!fitting) throw refusal("plaintext_length", "the length inside does not fit the padded length");
  const end = 8 + Number(length);
  if (plain.subarray(end).some((byte) => byte !== 0)) throw refusal("plaintext_zeros", "the padding is not zeros");
  return plain.subarray(8, end);
}
