/**
 * The worker that seals: verifies the tender to the pinned root, then seals into the Origin Private File System.
 *
 * In: `{act: "seal", tender, trust, operator, agencies, holder, files, fields, path}`, then `{act: "pause" | "resume" |
 * "cancel"}`. Out: `{state: "verified" | "progress" | "sealed" | "refused" | "cancelled"}`. Files are Blobs with name and
 * role; keys are CryptoKeys, which a worker may use but nobody can read.
 */

import { unbase64 } from "./bytes.mjs";
import { Refused } from "./refusal.mjs";
import { seal } from "./seal.mjs";
import { fileHandle, removeFile } from "./store.mjs";
import { verifyTender } from "./tender.mjs";
import { fingerprint, parseCertificate } from "./x509.mjs";

class Cancelled extends Error {}

let gate = Promise.resolve();
let open = () => {};
let cancelled = false;

const ACTS = {
  seal: (order) => run(order),
  pause: () => {
    gate = new Promise((resolve) => (open = resolve));
  },
  resume: () => open(),
  cancel: () => {
    cancelled = true;
    open();
  },
};

self.onmessage = ({ data }) => ACTS[data.act](data);

async function paused() {
  await gate;
  if (cancelled) throw new Cancelled();
}

async function run(order) {
  cancelled = false;
  try {
    const tender = await verifyTender({ ...order, ownPub: order.holder.pub });
    self.postMessage({ state: "verified", ...(await verified({ ...tender, holderKid: order.holder.pub.kid })) });
    const sealed = await sealInto(order, tender);
    self.postMessage({ state: "sealed", sealed });
  } catch (error) {
    await removeFile(order.path).catch(() => {});
    self.postMessage(outcomeOf(error));
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

/** Everything but a cancellation is a refusal with reasons, so that the page can tell all of them. */
function outcomeOf(error) {
  if (error instanceof Cancelled) return { state: "cancelled" };
  if (error instanceof Refused) return { state: "refused", reasons: error.reasons };
  const check = error.name === "QuotaExceededError" ? "storage_full" : "unexpected";
  return { state: "refused", reasons: [{ check, reason: error.message || error.name }] };
}

async function sealInto({ path, files, fields, holder }, tender) {
  const handle = await (await fileHandle(path, { create: true })).createSyncAccessHandle();
  try {
    handle.truncate(0);
    const write = (bytes, at) => {
      if (handle.write(bytes, { at }) !== bytes.length) throw new DOMException("the disk is full", "QuotaExceededError");
    };
    const onProgress = (progress) => self.postMessage({ state: "progress", ...progress });
    const sealed = await seal({ files, fields, tender, holder, write, onProgress, paused });
    handle.flush();
    return sealed;
  } finally {
    handle.close();
  }
}
