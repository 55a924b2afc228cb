/**
 * Holding a bid's receipt against what was sealed on this machine. Both halves must name it: the statement that the
 * platform signed, and the log's entry. The one alone proves nothing, as the verifier goes by the other.
 *
 * Whose key signed is not judged here: the evidence page and `python -m verifier` hold it against the published one.
 */

import { hex, text, unbase64 } from "./bytes.mjs";
import { sha256 } from "./digest.mjs";
import { statementMessage, verify } from "./signing.mjs";
import { parseChain } from "./x509.mjs";

const BOTH = ["bid_digest", "trailer_sha256", "sequence", "size", "envelope", "lot", "received_at"];
const BOUND = ["tender", "lot", "bidder", "envelope", "sequence", "document_hash", "deadline"]; // of the header's binding

/** Names of what the signed statement says otherwise than the log's entry beside it; empty when they agree. */
export function differing(statement, { at, body: { lot, payload } }) {
  const entry = { ...payload, lot, received_at: at };
  return BOTH.filter((name) => entry[name] === undefined || entry[name] !== statement.body[name]);
}

/**
 * Whether `{statement, evidence}` is a signed receipt of this sealed file: `{header, trailer, digest}`.
 *
 * The digest binds everything but the header's MAC, which the trailer's hash does. Where the digest is not known here
 * (a file of the offline client), that hash tells as much: it holds root and signature.
 */
export async function isReceiptOf(receipt, sealed) {
  try {
    const { statement, evidence } = receipt;
    const known = await namesOf(sealed);
    const named = Object.entries(known).every(([name, value]) => statement.body[name] === value);
    const same = evidence.body.kind === "bid.received" && !differing(statement, evidence).length;
    return named && same && (await isSigned(statement));
  } catch {
    return false; // what cannot be read is no receipt of it
  }
}

async function namesOf({ header, trailer, digest }) {
  const { binding } = JSON.parse(text(header));
  const bound = Object.fromEntries(BOUND.map((name) => [name, binding[name]]));
  return { ...bound, trailer_sha256: hex(await sha256(trailer)), ...(digest === undefined ? {} : { bid_digest: digest }) };
}

/** Whether the statement bears a signature of its own certificate's key; receipts are of INTL-1, whatever suite the lot has. */
async function isSigned({ suite, kind, body, signature, certificates }) {
  if (suite !== "INTL-1" || kind !== "bid.receipt") return false;
  const [leaf] = await parseChain(certificates);
  return verify(leaf.spki, await statementMessage(kind, body), unbase64(signature));
}
