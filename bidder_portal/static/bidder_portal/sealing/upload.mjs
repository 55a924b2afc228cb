/**
 * Uploading a sealed file chunk by chunk from this machine: resumes by asking the server what it has, retries with growing
 * pauses, and needs no key. Chunks carry their leaf hash, so that damage on the way is seen on arrival.
 */

import { hex } from "./bytes.mjs";
import { sha256 } from "./digest.mjs";
import { CHUNK, TAG_LENGTH } from "./padding.mjs";
import { isReceiptOf } from "./receipt.mjs";
import { refusal, Refused } from "./refusal.mjs";
import { answerOf, csrfCookie } from "./release.mjs";

const AT_ONCE = 3;
const FIRST_PAUSE = 500; // milliseconds; doubled each time
const LONGEST_PAUSE = 30_000;
const GIVE_UP_AFTER = 12; // failures of one call in a row: about four minutes

export class Paused extends Error {}

/** Whether trying again may help: network failures, overload, server errors. Refusals are final. */
const mayPass = (error) => !(error instanceof Refused) || error.status >= 500 || error.status === 429 || error.status === 408;

/**
 * Upload `file` (the sealed Blob) for `lot`; resolves with the signed receipt.
 *
 * `sealed`: what `seal` returned, with `upload` (the server's id) where an upload has begun. `signal` pauses: the promise
 * then rejects with `Paused` and nothing is lost. `onProgress({received, count, bytes, state})`, state being "sending",
 * "waiting" for the network, "busy" where the server cannot take it yet, or "completing"; `onStarted(id)` is told the
 * upload's id to keep. Throws `Refused` with every reason; with `receipt_other`, where the receipt is not one of this very
 * file, it has the answer as `receipt`: the bidder's proof.
 */
export async function uploadSealed({ lot, file, sealed, signal, onProgress = () => {}, onStarted = () => {}, base = "/api/v1" }) {
  const call = caller({ base, signal, onWait: ({ status }) => onProgress({ state: status ? "busy" : "waiting" }) });
  const started = await begin({ lot, sealed, call });
  await onStarted(started.upload);
  const received = new Set(started.received);
  const report = (state) =>
    onProgress({ state, received: received.size, count: sealed.count, bytes: bytesOf(received, sealed) });
  report("sending");
  await sendMissing({ file, sealed, upload: started.upload, received, call, report });
  report("completing");
  const receipt = await call(`/uploads/${started.upload}/complete`, { method: "POST", body: sealed.trailer });
  if (await isReceiptOf(receipt, sealed)) return receipt;
  throw Object.assign(refusal("receipt_other", "the receipt names another file than the one sealed here"), { receipt });
}

/** Go on with the upload that the server knows, or begin one. */
async function begin({ lot, sealed, call }) {
  if (sealed.upload) {
    const known = await call(`/uploads/${sealed.upload}`).catch(refusedNotFound);
    if (known && known.state !== "refused") return { upload: sealed.upload, received: known.received };
  }
  return call(`/lots/${lot}/uploads`, { method: "POST", body: sealed.header });
}

function refusedNotFound(error) {
  if (error.status === 404) return null;
  throw error;
}

function bytesOf(received, { count, size }) {
  return Math.min(size, Math.round((size / count) * received.size));
}

/** A few senders take the next missing chunk until there is none; the first failure stops them all. */
async function sendMissing({ file, sealed, upload, received, call, report }) {
  const missing = Array.from({ length: sealed.count }, (_, number) => number).filter((number) => !received.has(number));
  let failed = false;
  const sender = async () => {
    while (missing.length && !failed) {
      const number = missing.shift();
      const body = chunkOf(file, sealed, number);
      await call(`/uploads/${upload}/chunks/${number}`, { method: "PUT", body, headers: await markOf(body, sealed, number) });
      received.add(number);
      report("sending");
    }
  };
  const stopping = (error) => {
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => sender().catch(stopping)));
}

/** What finds damage on the way: the leaf hash, or the chunk's SHA-256 for a file of a suite that browsers cannot hash. */
const markOf = async (chunk, { leaves }, number) =>
  leaves ? { "X-Leaf": leaves[number] } : { "X-Chunk-SHA256": hex(await sha256(await chunk.arrayBuffer())) };

function chunkOf(file, { headerLength, count, size, trailer, tagLength = TAG_LENGTH }, number) {
  const start = 12 + headerLength + number * (CHUNK + tagLength);
  const end = number === count - 1 ? size - trailer.length - 4 : start + CHUNK + tagLength;
  return file.slice(start, end);
}

/** `fetch` with JSON answers, our token, patience and the pause signal. */
function caller({ base, signal, onWait }) {
  return async (path, { method = "GET", body, headers = {} } = {}) => {
    const options = { method, body, signal, headers: { ...headers, "X-CSRFToken": csrfCookie(), "Content-Type": "application/octet-stream" } };
    for (let failures = 0; ; failures++) {
      try {
        return await answerOf(await fetch(base + path, options));
      } catch (error) {
        if (signal?.aborted) throw new Paused();
        if (!mayPass(error) || failures >= GIVE_UP_AFTER) throw error;
        onWait(error);
        await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures), signal);
      }
    }
  };
}

/** Wait, but not longer than until the network is back or the upload is paused. Half of it is chance, so that many clients spread. */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      signal?.removeEventListener("abort", stopped);
      resolve();
    };
    const stopped = () => {
      reject(new Paused());
      done();
    };
    const timer = setTimeout(done, milliseconds * (0.5 + Math.random() / 2));
    globalThis.addEventListener?.("online", done);
    signal?.addEventListener("abort", stopped);
  });
}
