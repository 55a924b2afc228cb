/**
 * The worker that seals: verifies the tender to the pinned root, then seals into the Origin Private File System.
 *
 * In: `{act: "seal", tender, trust, operator, agencies, holder, files, fields, path}`, then `{act: "pause" | "resume" |
 * "cancel"}`. Out: `{state: "verified" | "progress" | "sealed" | "refused" | "cancelled"}`. Files have name, role and
 * their path in private storage (or a Blob); keys are CryptoKeys, which a worker may use but nobody can read.
 */

import { unbase64 } from "./bytes.mjs";
import { openLanes } from "./lanes.mjs";
import { Refused } from "./refusal.mjs";
import { seal } from "./seal.mjs";
import { fileHandle, removeFile } from "./store.mjs";
import { verifyTender } from "./tender.mjs";
import { fingerprint, parseCertificate } from "./x509.mjs";

const FLUSHED = 1 << 25; // bytes

class Cancelled extends Error {}

let gate = Promise.resolve();
let open = null; // while paused: what ends the pause
let cancelled = false;

const ACTS = {
  seal: (order) => run(order),
  pause: () => {
    if (!open) gate = new Promise((resolve) => (open = resolve));
  },
  resume,
  cancel: () => {
    cancelled = true;
    resume();
  },
};

self.onmessage = ({ data }) => ACTS[data.act](data);

function resume() {
  open?.();
  open = null;
}

async function paused() {
  await gate;
  if (cancelled) throw new Cancelled();
}

async function run(order) {
  cancelled = false;
  const lanes = openLanes(); // they start while the tender is verified
  try {
    const tender = await verifyTender({ ...order, ownPub: order.holder.pub });
    self.postMessage({ state: "verified", ...(await verified({ ...tender, holderKid: order.holder.pub.kid })) });
    const sealed = await sealInto(order, tender, lanes);
    self.postMessage({ state: "sealed", sealed });
  } catch (error) {
    await removeFile(order.path).catch(() => {});
    self.postMessage(outcomeOf(error));
  } finally {
    lanes.close();
  }
}

/** What was verified, from certificates and not from the page: who signed, who holds keys, under which root. */
async function verified({ signer, recipients, holderKid, root }) {
  const custodians = recipients.map(({ kid, organisation, certificates }) => ({
    kid, organisation, name: parseCertificate(unbase64(certificates[0])).commonName,
  }));
  return {
    signer: { organisation: signer.organisation, name: signer.commonName },
    custodians: custodians.filter(({ kid }) => kid !== holderKid),
    fingerprint: await fingerprint(root),
  };
}

/** What the browser's errors mean here: the disk, the memory, a draft's file. */
const CHECKS = {
  QuotaExceededError: "storage_full", RangeError: "memory_full", NotFoundError: "draft_file", NotReadableError: "draft_file",
};

/** Everything but a cancellation is a refusal with reasons, so that the page can tell all of them. */
function outcomeOf(error) {
  if (error instanceof Cancelled) return { state: "cancelled" };
  if (error instanceof Refused) return { state: "refused", reasons: error.reasons };
  return { state: "refused", reasons: [{ check: CHECKS[error.name] ?? "unexpected", reason: error.message || error.name }] };
}

async function sealInto({ path, files, fields, holder }, tender, lanes) {
  const handle = await (await fileHandle(path, { create: true })).createSyncAccessHandle();
  try {
    handle.truncate(0);
    const onProgress = (progress) => self.postMessage({ state: "progress", ...progress });
    const sealed = await seal({ files, fields, tender, holder, write: writerTo(handle), onProgress, paused, lanes });
    handle.flush();
    return sealed;
  } finally {
    handle.close();
  }
}

/** Writes that reach the disk bit by bit, while the lanes encrypt, so that little is left to wait for at the end. */
function writerTo(handle) {
  let unflushed = 0;
  return (bytes, at) => {
    if (handle.write(bytes, { at }) !== bytes.length) throw new DOMException("the disk is full", "QuotaExceededError");
    unflushed += bytes.length;
    if (unflushed < FLUSHED) return;
    handle.flush();
    unflushed = 0;
  };
}
