/**
 * The work of one bid on several threads at once: a worker's WebCrypto runs in the worker's own thread, and sealing is little else.
 *
 * Lanes answer `hashFile(file)` and `sealChunk(order)` (`lane.mjs`) by promises; `room` is how many orders keep them all busy.
 */

import { hashFile, sealChunk } from "./lane.mjs";

const MOST = 4;
const ROOM = 32; // chunks under way: work enough while the caller waits for its disk, in 64 MiB

/** No other thread: the caller's does it all. */
export const OWN_THREAD = { room: 2, hashFile, sealChunk, close() {} };

/** As many threads as there are processors, four at most; the caller's own where a worker may not start others. */
export function openLanes() {
  if (typeof Worker === "undefined") return OWN_THREAD;
  const lanes = Array.from({ length: Math.min(MOST, navigator.hardwareConcurrency || 2) }, startLane);
  let turn = 0;
  const next = () => lanes[turn++ % lanes.length];
  return {
    room: ROOM,
    hashFile: (file) => next().ask("hashFile", file),
    sealChunk: (order) => next().ask("sealChunk", order, [order.plain.buffer]),
    close: () => lanes.forEach((lane) => lane.close()),
  };
}

function startLane() {
  const worker = new Worker(new URL("./lane-worker.mjs", import.meta.url), { type: "module" });
  const waiting = new Map();
  let count = 0;
  let broken = null;
  const settle = (id, how, value) => {
    waiting.get(id)[how](value);
    waiting.delete(id);
  };
  worker.onmessage = ({ data: { id, answer, error } }) => (error ? settle(id, "reject", error) : settle(id, "resolve", answer));
  worker.onerror = (event) => {
    broken = new Error(event.message || "a thread could not start");
    for (const id of [...waiting.keys()]) settle(id, "reject", broken);
  };
  const ask = (act, order, moved = []) =>
    new Promise((resolve, reject) => {
      if (broken) throw broken;
      waiting.set(++count, { resolve, reject });
      worker.postMessage({ id: count, act, order }, moved);
    });
  return { ask, close: () => worker.terminate() };
}
