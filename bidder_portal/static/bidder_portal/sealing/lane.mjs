/** What a lane does: hash one file, or seal one chunk. Runs in whatever thread calls it. */

import { leafHash } from "./digest.mjs";
import { nonceOf } from "./padding.mjs";
import { sourceOf } from "./sources.mjs";

/** SHA-256 of a file (`{path}` or `{blob}`). WebCrypto hashes bytes as a whole, so the file is in memory meanwhile. */
export async function hashFile(file) {
  const source = await sourceOf(file);
  try {
    const whole = new Uint8Array(source.size);
    await source.read(whole, 0);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  } finally {
    source.close();
  }
}

/** The chunk with its tag, its leaf hash, and `plain` again: the buffer may be filled anew. */
export async function sealChunk({ cipher, plain, length, number, last }) {
  const iv = nonceOf(number, last);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, cipher, plain.subarray(0, length)));
  return { sealed, leaf: await leafHash(sealed), plain };
}

export const ACTS = { hashFile, sealChunk };
