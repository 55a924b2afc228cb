/**
 * Sealing: two passes over the files, lengths and hashes first, then chunk by chunk. Suite INTL-1.
 *
 * Memory stays at a few chunks whatever the size of the bid. The file key lives in this call only.
 */

import { base64, concat, hex, random, u32, u64, unbase64, xor } from "./bytes.mjs";
import { canonical } from "./canonical.mjs";
import { leafHash, rootOf } from "./digest.mjs";
import { planArchive } from "./archive.mjs";
import { coreOf, deriveKey, parseHeader, prefixOf, shareCommitment, wrapContext } from "./header.mjs";
import { pointOfSpki, sealTo } from "./hpke.mjs";
import { CHUNK, chunkCount, nonceOf, paddedLength, TAG_LENGTH } from "./padding.mjs";
import { joinOf, rowsOf } from "./policy.mjs";
import { refusal } from "./refusal.mjs";
import { split } from "./shamir.mjs";
import { bidMessage, sign } from "./signing.mjs";
import { digestOf, headerMac } from "./trailer.mjs";

const PIECE = 1 << 22; // bytes read at once
const IN_FLIGHT = 4; // chunks under encryption at once: hides the cost of promises, holds about 8 MiB

/**
 * Seal `files` (`[{name, role, blob}]`) with the bid letter's `fields` for a tender that `verifyTender` accepted.
 *
 * `holder`: what `loadKeyFile` returned. `write(bytes, at)` puts bytes at an offset of the sealed file and may return a
 * promise. `onProgress({phase: "hash" | "encrypt", done, total})` counts bytes; `paused()` is awaited between pieces and
 * may throw to cancel. Returns `{digest, core, headerLength, header, trailer, leaves, count, size}`: digests as hex,
 * header and trailer as bytes.
 */
export async function seal({ files, fields, tender, holder, write, onProgress = () => {}, paused = async () => {} }) {
  const archive = await hashPass({ files, fields, onProgress, paused });
  const { headerBytes, keys } = await makeHeader({ tender, length: archive.length });
  const prefix = prefixOf(headerBytes);
  await write(prefix, 0);
  const chunks = { archive, prefix, cipher: keys.cipher, padded: keys.padded, write, onProgress, paused };
  const leaves = await sealChunks(chunks);
  const root = await rootOf(leaves);
  const digest = await digestOf({ headerBytes, count: leaves.length, root });
  const trailer = await makeTrailer({ holder, digest, root, count: leaves.length, macKey: keys.mac });
  const end = prefix.length + keys.padded + leaves.length * TAG_LENGTH;
  await write(concat(trailer, u32(trailer.length)), end);
  return {
    digest: hex(digest), core: hex(keys.core), headerLength: headerBytes.length, header: headerBytes, trailer,
    leaves: leaves.map(hex), count: leaves.length, size: end + trailer.length + 4,
  };
}

async function hashPass({ files, fields, onProgress, paused }) {
  const total = files.reduce((sum, { blob }) => sum + blob.size, 0);
  let done = 0;
  const onBytes = (bytes) => onProgress({ phase: "hash", done: (done += bytes), total });
  return planArchive({ files, fields, onBytes, paused });
}

/** Header bytes and the derived keys of a new bid. */
export async function makeHeader({ tender, length }) {
  const padded = paddedLength(tender.binding.envelope, length);
  const binding = { ...tender.binding, salt: base64(random(32)), padded_length: padded };
  const core = await coreOf(binding);
  const { fileKey, secrets } = dealSecrets(tender);
  const { shares, wraps } = await wrapShares({ tender, core, secrets });
  const derive = (label) => deriveKey({ fileKey, binding, core, label });
  const [enc, mac, commitment] = await Promise.all(["enc", "header-mac", "commit"].map(derive));
  const headerBytes = canonical({ binding, commitment: hex(commitment), shares, wraps });
  parseHeader(headerBytes); // whatever else fails, nothing leaves that another reader would refuse
  return { headerBytes, keys: { core, mac, padded, cipher: await importChunkKey(enc, "encrypt") } };
}

export const importChunkKey = (key, usage) => crypto.subtle.importKey("raw", key, "AES-GCM", false, [usage]);

/** The file key and one secret for each group: the key itself (any), or parts whose XOR is the key (all). */
function dealSecrets({ policy, groups }) {
  if (joinOf(policy) === "all") {
    const secrets = groups.map(() => random(32));
    return { fileKey: secrets.reduce(xor), secrets };
  }
  const fileKey = random(32);
  return { fileKey, secrets: groups.map(() => fileKey) };
}

async function wrapShares({ tender, core, secrets }) {
  const dealt = tender.groups.flatMap(({ threshold, recipients }, at) =>
    threshold === 1 ? [secrets[at]] : split(secrets[at], { threshold, count: recipients.length }),
  );
  const shares = [];
  const wraps = [];
  for (const [at, { group, index, kid }] of rowsOf(tender.groups).entries()) {
    const pub = tender.recipients.find((one) => one.kid === kid);
    if (!pub) throw refusal("recipients", `no key for recipient ${kid}`);
    const info = await wrapContext({ core, kid, group, index });
    const { enc, ct } = await sealTo({ point: pointOfSpki(unbase64(pub.seal_public)), info, plaintext: dealt[at] });
    shares.push({ group, index, commitment: await shareCommitment({ core, group, index, share: dealt[at] }) });
    wraps.push({ kid, group, index, enc: base64(enc), ct: base64(ct) });
  }
  return { shares, wraps };
}

async function sealChunks({ archive, prefix, cipher, padded, write, onProgress, paused }) {
  const count = chunkCount(padded);
  const source = chunksOf([u64(archive.length), ...archive.parts], padded);
  const flying = [];
  const leaves = [];
  let number = 0;
  for await (const plain of source) {
    await paused();
    flying.push(sealChunk({ plain, cipher, number, last: number === count - 1, at: prefix.length + number * (CHUNK + TAG_LENGTH), write }));
    number++;
    if (flying.length >= IN_FLIGHT) leaves.push(await flying.shift());
    onProgress({ phase: "encrypt", done: Math.min(number * CHUNK, padded), total: padded });
  }
  return [...leaves, ...(await Promise.all(flying))];
}

async function sealChunk({ plain, cipher, number, last, at, write }) {
  const iv = nonceOf(number, last);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, cipher, plain));
  const [leaf] = await Promise.all([leafHash(sealed), write(sealed, at)]);
  return leaf;
}

/**
 * Plaintext chunks of 1 MiB: the parts one after the other, then zeros up to `padded`. The buffer is used again by the next
 * chunk: WebCrypto copies its input when it is called.
 */
async function* chunksOf(parts, padded) {
  const buffer = new Uint8Array(Math.min(CHUNK, padded));
  let [filled, given] = [0, 0];
  const room = () => Math.min(CHUNK, padded - given);
  const full = () => {
    const chunk = buffer.subarray(0, room());
    given += chunk.length;
    filled = 0;
    return chunk;
  };
  for await (const piece of piecesOf(parts)) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + room() - filled);
      buffer.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled === room()) yield full();
    }
  }
  while (given < padded) {
    buffer.fill(0, filled);
    yield full();
  }
}

/** The parts' bytes in pieces of at most 4 MiB, the next one read while the last is used. */
async function* piecesOf(parts) {
  let ahead = null;
  for (const slice of parts.flatMap(slicesOf)) {
    const reading = slice instanceof Blob ? slice.arrayBuffer().then((buffer) => new Uint8Array(buffer)) : slice;
    if (ahead) yield await ahead;
    ahead = reading;
  }
  if (ahead) yield await ahead;
}

const slicesOf = (part) =>
  part instanceof Blob
    ? Array.from({ length: Math.ceil(part.size / PIECE) }, (_, at) => part.slice(at * PIECE, (at + 1) * PIECE))
    : [part];

async function makeTrailer({ holder, digest, root, count, macKey }) {
  const { certificates } = holder.pub;
  const signature = await sign(holder.signPrivate, await bidMessage(digest, certificates));
  return canonical({ count, header_mac: await headerMac(macKey, digest), root: hex(root), signature: base64(signature), certificates });
}

