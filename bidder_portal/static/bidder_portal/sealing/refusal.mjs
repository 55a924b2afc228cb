/** What a refusal is: every failed check with its reason. `check` is a name of the format; pages translate by it. */

export class Refused extends Error {
  /** @param {{check: string, reason: string}[]} reasons */
  constructor(reasons) {
    super(reasons.map(({ check, reason }) => `${check}: ${reason}`).join("; "));
    this.name = "Refused";
    this.reasons = reasons;
  }

  get checks() {
    return this.reasons.map(({ check }) => check);
  }
}

export const reason = (check, sentence) => ({ check, reason: sentence });

const ORDER = [
  "magic", "header_size", "header_canonical", "header_fields", "policy", "shares", "wraps", "padding", "trailer_size",
  "trailer_canonical", "trailer_fields", "file_length", "count", "root", "certificates", "signature", "path", "validity",
  "signer", "recipient", "unwrap", "share_binding", "share_commitment", "dealt_inconsistent", "threshold", "key_commitment",
  "header_mac", "chunk", "plaintext_length", "plaintext_zeros", "archive", "manifest", "output", "tender", "parameters",
  "recipients", "key",
];

/** Reasons in the order of the format's checks. */
export const inOrder = (reasons) => reasons.toSorted((a, b) => ORDER.indexOf(a.check) - ORDER.indexOf(b.check));

/** A refusal with one reason, for `throw`. */
export const refusal = (check, sentence) => new Refused([reason(check, sentence)]);

/** Throw if there is any reason. */
export function refuseAny(reasons) {
  if (reasons.length) throw new Refused(reasons);
}

/** Run `act`; any error that is no refusal becomes a refusal with `check`. */
export function under(check, act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw refusal(check, error.message);
  }
}

/** As `under`, for promises. */
export async function underAsync(check, act) {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw refusal(check, error.message || error.name);
  }
}
