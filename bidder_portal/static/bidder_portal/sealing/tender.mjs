/**
 * The tender a bid is sealed for, held to a pinned root before a byte is encrypted: the agency's signed parameters, every
 * custodian's `.pub`, the policy that this client builds itself, and that nobody barred holds a key.
 */

import { equal, unbase64 } from "./bytes.mjs";
import { canonical } from "./canonical.mjs";
import { isCode, isHex32, isInteger, isObject, isTime, misfits } from "./fields.mjs";
import { pubReasons } from "./keys.mjs";
import { groupsOf, hasBidder, hasCustodians, isPolicy, joinOf, misshapen } from "./policy.mjs";
import { inOrder, reason, Refused, refuseAny } from "./refusal.mjs";
import { statementMessage, verify } from "./signing.mjs";
import { parseCrl } from "./crl.mjs";
import { checkPath, checkSigner, parseChain, parseRoots } from "./x509.mjs";

const ENVELOPES = ["whole", "qualification", "technical", "price"];
const isKids = (value) => Array.isArray(value) && value.every(isHex32);
const PARAMETERS = {
  v: (value) => value === 1,
  tender: isCode, lot: isCode,
  envelopes: (value) => Array.isArray(value) && value.length > 0 && value.every((one) => ENVELOPES.includes(one)),
  suite: (value) => value === "INTL-1" || value === "GM-1",
  deadline: isTime, document_hash: isHex32, policy: isPolicy, custodians: isKids,
  threshold: (value) => isInteger(value, 0, 255),
  amendment: (value) => isInteger(value, 0),
};
const STATEMENT = {
  suite: (value) => value === "INTL-1" || value === "GM-1",
  kind: (value) => value === "tender.parameters",
  body: isObject,
  signature: (value) => typeof value === "string",
  certificates: Array.isArray,
};
const TENDER = {
  tender: isCode, lot: isCode, bidder: isCode, document_hash: isHex32, deadline: isTime,
  envelope: (value) => ENVELOPES.includes(value),
  sequence: (value) => isInteger(value, 1),
  suite: PARAMETERS.suite, recipients: Array.isArray, parameters: isObject,
};
const SHARED = ["tender", "lot", "suite", "deadline", "document_hash"];

/**
 * Judge a downloaded package for the holder of `ownPub`; returns what `seal` needs.
 *
 * @param tender the package: TENDER.json with the agency's statement in `parameters`
 * @param ownPub the `.pub` of the key that this machine holds
 * @param trust PEM text of the pinned roots, or a list of base64 DER
 * @param crls revocation lists, base64 DER; none where none are known
 * @param operator USCC of who runs the servers: no custodian, no bidder ("" where unknown)
 * @param agencies codes that may have signed the parameters; empty for any under the root
 * Throws `Refused` with every reason.
 */
export async function verifyTender({ tender, ownPub, trust, crls = [], operator = "", agencies = [] }) {
  const forms = formReasons(tender);
  refuseAny(forms);
  const roots = rootsOf(trust, crls);
  const { body } = tender.parameters;
  const instant = Date.parse(tender.deadline);
  const custodians = custodiansOf(tender, body);
  const found = [
    ...(await statementReasons(tender.parameters, { roots, instant, agencies })),
    ...agreementReasons(tender, body),
    ...(await ownReasons(tender, ownPub, { roots, instant })),
    ...(await recipientReasons(custodians, { roots, instant })),
    ...custodianReasons({ tender, body, custodians, operator }),
  ];
  const groups = groupsOf(body.policy, { bidderKid: ownPub.kid, custodians: body.custodians, threshold: body.threshold });
  found.push(...misshapen(body.policy, groups).map((sentence) => reason("policy", sentence)));
  found.push(...policyReasons(tender, groups));
  refuseAny(inOrder(found));
  const recipients = hasBidder(body.policy) ? [ownPub, ...custodians] : custodians;
  const signer = (await parseChain(tender.parameters.certificates))[0];
  return { binding: bindingOf(tender, groups), recipients, policy: body.policy, groups, signer, root: roots[0] };
}

function formReasons(tender) {
  if (!isObject(tender?.parameters)) return [reason("parameters", "the tender parameters are not signed by the agency")];
  const { parameters } = tender;
  const found = Object.keys(TENDER)
    .filter((member) => !Object.hasOwn(tender, member) || !TENDER[member](tender[member]))
    .map((member) => reason("tender", `${member} is missing or malformed`));
  const unknown = Object.keys(tender).filter((member) => member !== "policy" && !Object.hasOwn(TENDER, member));
  found.push(...unknown.map((member) => reason("tender", `${member} is not known`)));
  const statement = misfits(parameters, STATEMENT, "statement");
  const body = statement.length ? [] : misfits(parameters.body, PARAMETERS, "parameters");
  return [...found, ...[...statement, ...body].map((sentence) => bodyReason(sentence, parameters.body))];
}

/** A policy outside the four is named as such. */
const bodyReason = (sentence, body) =>
  sentence.startsWith("parameters.policy ") ? reason("policy", `there is no policy ${body.policy}`) : reason("parameters", sentence);

function rootsOf(trust, crls) {
  try {
    return Object.assign(parseRoots(trust), { lists: crls.map((spelling) => parseCrl(unbase64(spelling))) });
  } catch (error) {
    throw new Refused([reason("path", error.message)]);
  }
}

async function statementReasons(statement, { roots, instant, agencies }) {
  try {
    const chain = await parseChain(statement.certificates);
    const message = await statementMessage(statement.kind, statement.body);
    const holds = await verify(chain[0].spki, message, unbase64(statement.signature));
    const named = agencies.length && !agencies.includes(chain[0].organisation) ? ["signed by another organisation than the agency"] : [];
    return [
      ...(holds ? [] : [reason("parameters", "the agency's signature does not verify")]),
      ...named.map((sentence) => reason("parameters", sentence)),
      ...(await checkPath(chain, roots, instant)).map(({ reason: sentence }) => reason("parameters", sentence)),
    ];
  } catch (error) {
    return [reason("parameters", error.message)];
  }
}

function agreementReasons(tender, body) {
  const found = SHARED.filter((member) => tender[member] !== body[member]);
  if (!body.envelopes.includes(tender.envelope)) found.push("envelope");
  return found.map((member) => reason("parameters", `the tender's ${member} is not the one the agency signed`));
}

async function ownReasons(tender, ownPub, { roots, instant }) {
  const found = (await pubReasons(ownPub)).map(({ reason: sentence }) => reason("key", sentence));
  if (found.length) return found;
  const chain = await parseChain(ownPub.certificates);
  const path = await checkPath(chain, roots, instant);
  return [...path, ...checkSigner(chain, tender.bidder)].map(({ check, reason: sentence }) =>
    reason(check === "signer" ? "signer" : "key", sentence),
  );
}

/** The `.pub` of every signed custodian kid, in signed order; missing ones are told by `custodianReasons`. */
const custodiansOf = ({ recipients }, { custodians }) =>
  custodians.map((kid) => recipients.find((pub) => pub?.kid === kid)).filter(Boolean);

async function recipientReasons(custodians, { roots, instant }) {
  const rows = await Promise.all(custodians.map(async (pub) => {
    const found = await pubReasons(pub);
    if (found.length) return found;
    const path = await checkPath(await parseChain(pub.certificates), roots, instant);
    return path.map(({ reason: sentence }) => reason("recipients", `${pub.organisation}: ${sentence}`));
  }));
  return rows.flat();
}

function custodianReasons({ tender, body, custodians, operator }) {
  const found = [];
  const known = new Set(body.custodians);
  const organisations = custodians.map(({ organisation }) => organisation);
  if (custodians.length !== body.custodians.length) found.push("a signed custodian's key is missing");
  if (tender.recipients.some((pub) => !known.has(pub?.kid) && pub?.organisation !== tender.bidder)) found.push("a recipient is not among the signed custodians");
  if (new Set(organisations).size !== organisations.length) found.push("two custodians are the same organisation");
  if (organisations.includes(tender.bidder)) found.push("the bidder is its own custodian");
  if (operator && organisations.includes(operator)) found.push("the operator of the servers is a custodian");
  if (operator && operator === tender.bidder) found.push("the operator of the servers bids");
  if (!hasCustodians(body.policy) && (body.custodians.length || body.threshold)) found.push("policy bidder names custodians");
  return found.map((sentence) => reason("recipients", sentence));
}

/** Where the package spells a policy out, it must be the one built here; custodians are what the agency signed. */
function policyReasons({ policy, parameters }, groups) {
  if (policy === undefined) return [];
  const told = Array.isArray(policy?.groups) ? policy.groups : [];
  const differing = groups.filter((group) => !same(told.find((one) => one?.name === group.name), group));
  const found = differing.map(({ name }) =>
    name === "bidder"
      ? reason("policy", "group bidder is not the key that this machine holds")
      : reason("parameters", "custodians is not what the agency signed"),
  );
  const shaped = isObject(policy) && policy.join === joinOf(parameters.body.policy) && told.length === groups.length;
  return shaped ? found : [reason("policy", "the package's policy is not the one that the agency signed"), ...found];
}

function same(left, right) {
  try {
    return equal(canonical(left), canonical(right));
  } catch {
    return false; // what has no canonical form is something else
  }
}

const bindingOf = ({ suite, tender, lot, envelope, bidder, document_hash, sequence, deadline, parameters }, groups) => ({
  v: 1, suite, tender, lot, envelope, bidder, document_hash, sequence, deadline, policy: parameters.body.policy, groups,
});
