/** A lane in a thread of its own. In: `{id, act, order}`; out: `{id, answer}` or `{id, error}`. Chunks are handed over, not copied. */

import { ACTS } from "./lane.mjs";

self.onmessage = async ({ data: { id, act, order } }) => {
  try {
    const answer = await ACTS[act](order);
    const moved = [answer.sealed, answer.plain].filter(Boolean).map(({ buffer }) => buffer);
    self.postMessage({ id, answer }, moved);
  } catch (error) {
    self.postMessage({ id, error });
  }
};
