/** The test harness in the page: whole rounds over the sealing modules, and the vectors' runner. */

import { base64, concat, hex, text, unbase64, unhex, utf8 } from "/bidder_portal/sealing/bytes.mjs";
import { canonical } from "/bidder_portal/sealing/canonical.mjs";
import { hmac, hkdf, leafHash, rootOf, sha256 } from "/bidder_portal/sealing/digest.mjs";
import { planArchive } from "/bidder_portal/sealing/archive.mjs";
import { hashFile, MOST_FILE } from "/bidder_portal/sealing/hashing.mjs";
import { OWN_THREAD } from "/bidder_portal/sealing/lanes.mjs";
import { openFrom, pairOf, sealTo } from "/bidder_portal/sealing/hpke.mjs";
import { loadKeyFile, writeKeyFile } from "/bidder_portal/sealing/keys.mjs";
import { inspect, openBid } from "/bidder_portal/sealing/open.mjs";
import { Refused } from "/bidder_portal/sealing/refusal.mjs";
import { ownShare } from "/bidder_portal/sealing/release.mjs";
import { seal } from "/bidder_portal/sealing/seal.mjs";
import { blobSource } from "/bidder_portal/sealing/sources.mjs";
import { readFile, removeFile, writeFile } from "/bidder_portal/sealing/store.mjs";
import { verifyTender } from "/bidder_portal/sealing/tender.mjs";
import { deriveKey } from "/bidder_portal/sealing/header.mjs";
import { parseRoots } from "/bidder_portal/sealing/x509.mjs";

/** Verify and seal in memory. A refusal also tells how many chunks were encrypted before it. */
export async function sealAll({ tender, trust, key, files, fields, operator, agencies }) {
  const pieces = [];
  try {
    const holder = await loadKeyFile(key);
    const accepted = await verifyTender({ tender, ownPub: holder.pub, trust, operator, agencies });
    const sealed = await seal({ files, fields, tender: accepted, holder, write: (bytes, at) => pieces.push([at, bytes]) });
    return { ...sealed, file: join(pieces) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused([...error.reasons, { check: "encrypted", reason: String(pieces.length) }]);
  }
}

const join = (pieces) => concat(...pieces.toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes));

export async function openAll(file, shares, trust) {
  const { digest, manifest, files } = await openBid(file, { shares, roots: parseRoots(trust) });
  return { digest, manifest, files };
}

export async function releaseOwn(digest, headerBytes, key) {
  return ownShare({ digest, headerBytes, holder: await loadKeyFile(key) });
}

export async function rewriteKeyFile(source, passphrase, next) {
  const keys = await loadKeyFile(source, { passphrase, extractable: true });
  return writeKeyFile({ pub: keys.pub, keys, passphrase: next });
}

/** `{crc, sha256}` of a Blob read as a source, and as much of its middle as `[from, to]` says. */
export async function hashesOf(blob, [from, to]) {
  const source = blobSource(blob);
  const { crc, hash } = await hashFile({ source, blob }, { lanes: OWN_THREAD });
  const middle = new Uint8Array(to - from);
  await source.read(middle, from);
  return { crc, sha256: hex(hash), middle };
}

/** How archives of one file are refused whose only fault is its size: nothing of it is read. */
export async function refusedSizes() {
  const plan = (size) => planArchive({ files: [{ name: "a.bin", source: { size, read } }], fields: {}, lanes: { hashFile: read } });
  const read = async () => { throw new Error("read"); };
  const said = (size) => plan(size).catch((error) => error.checks?.[0] ?? error.message);
  return [await said(MOST_FILE), await said(MOST_FILE + 1)];
}

/** RFC 9180 A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0. */
const RFC = {
  info: "4f6465206f6e2061204772656369616e2055726e",
  ephemeral: "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
  enc: "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
  receiver: "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
  point: "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
  plaintext: "4265617574792069732074727574682c20747275746820626561757479",
  aad: "436f756e742d30",
  ct: "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
};

export async function rfc9180() {
  const known = Object.fromEntries(Object.entries(RFC).map(([name, value]) => [name, unhex(value)]));
  const { info, plaintext, aad, point } = known;
  const ephemeral = await pairOf(known.ephemeral, known.enc);
  const { enc, ct } = await sealTo({ point, info, plaintext, aad, aead: 1, ephemeral });
  const { privateKey } = await pairOf(known.receiver, point);
  const opened = await openFrom({ privateKey, point, enc, ct, info, aad, aead: 1 });
  return { enc: hex(enc) === RFC.enc, ct: hex(ct) === RFC.ct, opened: text(opened) };
}

function startWorker({ holder, order }) {
  const worker = new Worker("/bidder_portal/sealing/seal-worker.mjs", { type: "module" });
  worker.postMessage({ act: "seal", holder, path: ["test", "sealed.bid"], fields: { price: "1.00", price_kind: "total" }, ...order });
  return worker;
}

async function workerOrder({ tender, trust, key, megabytes }) {
  const holder = await loadKeyFile(key);
  const blob = new Blob(Array.from({ length: megabytes }, () => crypto.getRandomValues(new Uint8Array(65536)).slice()).map((part) => new Blob(Array(16).fill(part))));
  const path = ["test", "draft", "bulk.bin"]; // where the page that prepares a bid puts its files
  if ((await readFile(path))?.size !== blob.size) await writeFile(path, blob);
  return { holder, order: { tender, trust, files: [{ name: "bulk.bin", role: "attachment", path }] } };
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function sealInWorker(order) {
  const worker = startWorker(await workerOrder(order));
  const phases = new Set();
  let messages = 0;
  let paused = null;
  const sealed = await new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = async ({ data }) => {
      messages++;
      if (data.state === "progress") phases.add(data.phase);
      if (data.state === "refused") reject(new Refused(data.reasons));
      if (data.state === "sealed") resolve(data.sealed);
      if (data.phase === "encrypt" && paused === null) {
        paused = -1;
        worker.postMessage({ act: "pause" });
        worker.postMessage({ act: "pause" }); // a double click
        await sleep(400); // what was in flight comes in
        const before = messages;
        await sleep(300);
        paused = messages - before;
        worker.postMessage({ act: "resume" });
      }
    };
  });
  worker.terminate();
  const file = new Uint8Array(await (await readFile(["test", "sealed.bid"])).arrayBuffer());
  return { digest: sealed.digest, phases: [...phases].sort(), grewWhilePaused: Math.max(0, paused), file };
}

/** The worker's refusal of a draft whose file is gone. */
export async function sealWithoutFile(order) {
  const ready = await workerOrder(order);
  await removeFile(ready.order.files[0].path);
  const worker = startWorker(ready);
  const checks = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => data.reasons && resolve(data.reasons.map(({ check }) => check));
  });
  worker.terminate();
  return { checks, left: (await readFile(["test", "sealed.bid"])) !== null };
}

export async function cancelInWorker(order) {
  const worker = startWorker(await workerOrder(order));
  const state = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      if (data.state === "progress" && data.phase === "encrypt") worker.postMessage({ act: "cancel" });
      if (data.state !== "progress" && data.state !== "verified") resolve(data.state);
    };
  });
  worker.terminate();
  return { state, left: (await readFile(["test", "sealed.bid"])) !== null };
}

/** Megabytes per second of sealing in the worker, private storage included. */
export async function speed(order) {
  const ready = await workerOrder(order);
  await removeFile(["test", "sealed.bid"]);
  const started = performance.now();
  const worker = startWorker(ready);
  await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.state === "refused") reject(new Refused(data.reasons));
      if (data.state === "sealed") resolve();
    };
  });
  worker.terminate();
  return (order.megabytes * 1.048576) / ((performance.now() - started) / 1000);
}

const RUNNERS = { file: runFile, release: runRelease, tender: runTender, primitives: runPrimitives };

/** `{wanted, found, differences}` of one vector: its outcome, and whatever else it fixes. */
export async function runVector(vector) {
  const differences = [];
  const differ = (name, wanted, found) => {
    if (wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(found)) differences.push({ name, wanted, found });
  };
  const found = await RUNNERS[vector.kind](vector, differ).catch((error) => {
    if (error instanceof Refused) return error.checks[0];
    throw error;
  });
  return { wanted: vector.outcome ?? null, found: found ?? null, differences };
}

async function runFile(vector, differ) {
  const file = new Blob([unbase64(vector.file)]);
  if (vector.without_gm) await inspect(file); // roots of SM2 cannot be read here, the suite is refused before they matter
  const roots = vector.trust ? parseRoots(vector.trust) : undefined;
  const { files, fileKey } = await openBid(file, { shares: vector.shares, roots });
  const hashes = await Promise.all([...files].map(async ([name, data]) => [name, hex(await sha256(data))]));
  if (vector.files) differ("files", sorted(vector.files), sorted(Object.fromEntries(hashes), vector.files));
  if (vector.steps) await compareSteps(vector.steps, { file, roots, fileKey, differ });
  return "opens";
}

/** Sorted rows, of the wanted names only where told: a vector may or may not list the manifest. */
const sorted = (hashes, wanted = hashes) => Object.entries(hashes).filter(([name]) => name in wanted).sort();

async function compareSteps(steps, { file, roots, fileKey, differ }) {
  const bid = await inspect(file, { roots });
  const derive = async (label) => hex(await deriveKey({ fileKey, binding: bid.header.binding, core: bid.core, label }));
  differ("core", steps.core, hex(bid.core));
  differ("file_key", steps.file_key, hex(fileKey));
  differ("enc", steps.enc, await derive("enc"));
  differ("header_mac_key", steps.header_mac_key, await derive("header-mac"));
  differ("commitment", steps.commitment, bid.header.commitment);
  differ("bid_digest", steps.bid_digest, bid.digest);
  differ("root", steps.root, bid.root);
}

async function runRelease(vector, differ) {
  const bid = await inspect(new Blob([unbase64(vector.file)]));
  const holder = await loadKeyFile(JSON.stringify(vector.key), { passphrase: vector.passphrase });
  const share = await ownShare({ digest: bid.digest, headerBytes: bid.headerBytes, holder });
  differ("share", vector.share, share);
  return "releases";
}

async function runTender(vector) {
  const holder = await loadKeyFile(JSON.stringify(vector.key), { passphrase: vector.passphrase });
  await verifyTender({ tender: vector.tender, ownPub: holder.pub, trust: vector.trust });
  return "accepted";
}

async function runPrimitives() {
  return undefined;
}

export { base64, canonical, hkdf, hmac, leafHash, rootOf, utf8 };
