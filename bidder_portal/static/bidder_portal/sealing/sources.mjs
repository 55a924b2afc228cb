/**
 * Where a file's bytes come from while it is sealed.
 *
 * A source has `size`; `read(into, at)`, which fills `into` with the bytes from offset `at` and may return a promise; and
 * `close()`. Reading past the end, or a file that changed meanwhile, throws.
 */

import { fileHandle, readFile } from "./store.mjs";

const PIECE = 1 << 22; // bytes of a Blob read at once

/** A file of private storage, read without a way through the browser's process: more than ten times as fast as its Blob. */
export async function storedSource(path) {
  const handle = await (await fileHandle(path)).createSyncAccessHandle({ mode: "read-only" });
  return {
    size: handle.getSize(),
    read(into, at) {
      if (handle.read(into, { at }) !== into.length) throw new DOMException("the file changed while it was read", "NotReadableError");
    },
    close: () => handle.close(),
  };
}

/** A Blob, read in pieces, the next one on its way while the last is used. */
export function blobSource(blob) {
  const begin = (number) => ({ number, bytes: blob.slice(number * PIECE, (number + 1) * PIECE).arrayBuffer() });
  let held = null;
  let next = null;
  const piece = async (number) => {
    if (held?.number !== number) {
      held = next?.number === number ? next : begin(number);
      next = (number + 1) * PIECE < blob.size ? begin(number + 1) : null;
    }
    return new Uint8Array(await held.bytes);
  };
  const read = async (into, at) => {
    for (let filled = 0; filled < into.length; ) {
      const place = at + filled;
      const start = place % PIECE;
      const taken = (await piece(Math.floor(place / PIECE))).subarray(start, start + into.length - filled);
      if (!taken.length) throw new DOMException("the file is shorter than it was", "NotReadableError");
      into.set(taken, filled);
      filled += taken.length;
    }
  };
  return { size: blob.size, read, close() {} };
}

/** The source of a file: by its `path` in private storage, or its `blob`. */
export async function sourceOf({ path, blob }) {
  if (!path) return blobSource(blob);
  try {
    return await storedSource(path);
  } catch (error) {
    if (error.name === "NotFoundError") throw error;
    return blobSource(await readFile(path)); // another page reads it too, and this browser lends a file to one at a time
  }
}
