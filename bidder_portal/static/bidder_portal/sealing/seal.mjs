/**
 * Sealing: two passes over the files, lengths and hashes first, then chunk by chunk. Suite INTL-1.
 *
 * Memory stays at a few chunks whatever the size of the bid. The file key lives in this call only.
 */

import { base64, concat, hex, random, u32, u64, unbase64, xor } from "./bytes.mjs";
import { canonical } from "./canonical.mjs";
import { rootOf } from "./digest.mjs";
import { planArchive } from "./archive.mjs";
import { coreOf, deriveKey, parseHeader, prefixOf, shareCommitment, wrapContext } from "./header.mjs";
import { pointOfSpki, sealTo } from "./hpke.mjs";
import { OWN_THREAD } from "./lanes.mjs";
import { CHUNK, chunkCount, paddedLength, TAG_LENGTH } from "./padding.mjs";
import { joinOf, rowsOf } from "./policy.mjs";
import { refusal } from "./refusal.mjs";
import { split } from "./shamir.mjs";
import { bidMessage, sign } from "./signing.mjs";
import { sourceOf } from "./sources.mjs";
import { digestOf, headerMac } from "./trailer.mjs";

/**
 * Seal `files` (`[{name, role}]` with the `blob` or the `path` in private storage) with the bid letter's `fields` for a
 * tender that `verifyTender` accepted.
 *
 * `holder`: what `loadKeyFile` returned. `write(bytes, at)` puts bytes at an offset of the sealed file and may return a
 * promise. `onProgress({phase: "hash" | "encrypt", done, total})` counts bytes; `paused()` is awaited between pieces and
 * may throw to cancel; `lanes` (`lanes.mjs`) are the threads to use. Returns `{digest, core, headerLength, header, trailer,
 * leaves, count, size}`: digests as hex, header and trailer as bytes.
 */
export async function seal({ files, ...order }) {
  const opened = [];
  try {
    for (const file of files) opened.push({ ...file, source: await sourceOf(file) });
    return await sealOpened({ onProgress: () => {}, paused: async () => {}, lanes: OWN_THREAD, ...order, files: opened });
  } finally {
    for (const { source } of opened) source.close();
  }
}

async function sealOpened({ files, fields, tender, holder, write, ...ways }) {
  const archive = await hashPass({ files, fields, ...ways });
  const { headerBytes, keys } = await makeHeader({ tender, length: archive.length });
  const prefix = prefixOf(headerBytes);
  await write(prefix, 0);
  const { cipher, padded } = keys;
  const leaves = await sealChunks({ archive, cipher, padded, put: (bytes, at) => write(bytes, prefix.length + at), ...ways });
  const root = await rootOf(leaves);
  const digest = await digestOf({ headerBytes, count: leaves.length, root });
  const trailer = await makeTrailer({ holder, digest, root, count: leaves.length, macKey: keys.mac });
  const end = prefix.length + padded + leaves.length * TAG_LENGTH;
  await write(concat(trailer, u32(trailer.length)), end);
  return {
    digest: hex(digest), core: hex(keys.core), headerLength: headerBytes.length, header: headerBytes, trailer,
    leaves: leaves.map(hex), count: leaves.length, size: end + trailer.length + 4,
  };
}

async function hashPass({ files, fields, lanes, onProgress, paused }) {
  const total = files.reduce((sum, { source }) => sum + source.size, 0);
  let done = 0;
  const onBytes = (bytes) => onProgress({ phase: "hash", done: (done += bytes), total });
  return planArchive({ files, fields, lanes, onBytes, paused });
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

/** Leaf hashes in order. Buffers come back from the lanes and are filled again, so that a few are enough for any bid. */
async function sealChunks({ archive, cipher, padded, put, lanes, onProgress, paused }) {
  const count = chunkCount(padded);
  const fill = filler([u64(archive.length), ...archive.parts]);
  const spare = [];
  const flying = [];
  const leaves = [];
  const sealOne = async (order) => {
    const { sealed, leaf, plain } = await lanes.sealChunk(order);
    await paused();
    spare.push(plain);
    await put(sealed, order.number * (CHUNK + TAG_LENGTH));
    return leaf;
  };
  try {
    for (let number = 0; number < count; number++) {
      await paused();
      const plain = spare.pop() ?? new Uint8Array(CHUNK);
      const length = Math.min(CHUNK, padded - number * CHUNK);
      await fill(plain.subarray(0, length));
      flying.push(sealOne({ cipher, plain, length, number, last: number === count - 1 }));
      if (flying.length >= lanes.room) leaves.push(await flying.shift());
      onProgress({ phase: "encrypt", done: Math.min((number + 1) * CHUNK, padded), total: padded });
    }
    return [...leaves, ...(await Promise.all(flying))];
  } finally {
    await Promise.allSettled(flying); // nothing is written any more once this is over, whatever it ends with
  }
}

/** A function that fills a buffer with what comes next of the parts, and with zeros after them. */
function filler(parts) {
  const stretches = stretchesOf(parts);
  let [stretch, at] = [stretches.next().value, 0];
  return async (chunk) => {
    let filled = 0;
    while (stretch && filled < chunk.length) {
      const length = Math.min(chunk.length - filled, stretch.size - at);
      await stretch.read(chunk.subarray(filled, filled + length), at);
      [filled, at] = [filled + length, at + length];
      if (at === stretch.size) [stretch, at] = [stretches.next().value, 0];
    }
    chunk.fill(0, filled);
  };
}

/** The parts as sources, bytes in memory among them; empty ones are left out. */
function* stretchesOf(parts) {
  for (const part of parts) {
    const bytes = part instanceof Uint8Array;
    const source = bytes ? { size: part.length, read: (into, at) => into.set(part.subarray(at, at + into.length)) } : part;
    if (source.size) yield source;
  }
}

async function makeTrailer({ holder, digest, root, count, macKey }) {
  const { certificates } = holder.pub;
  const signature = await sign(holder.signPrivate, await bidMessage(digest, certificates));
  return canonical({ count, header_mac: await headerMac(macKey, digest), root: hex(root), signature: base64(signature), certificates });
}

