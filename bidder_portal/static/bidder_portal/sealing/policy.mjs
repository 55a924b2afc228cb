/** The four opening policies, their groups, and the rows that every recipient gets. Anything else is refused. Pure. */

const SHAPES = {
  bidder: { join: "any", groups: ["bidder"] },
  "bidder-or-custodians": { join: "any", groups: ["bidder", "custodians"] },
  custodians: { join: "any", groups: ["custodians"] },
  "bidder-and-custodians": { join: "all", groups: ["bidder", "custodians"] },
};
const MOST_CUSTODIANS = 16;

export const POLICIES = Object.keys(SHAPES);
export const isPolicy = (name) => Object.hasOwn(SHAPES, name);
export const joinOf = (name) => SHAPES[name].join;
export const hasBidder = (name) => SHAPES[name].groups.includes("bidder");
export const hasCustodians = (name) => SHAPES[name].groups.includes("custodians");

/** The groups of a policy from its name, the bidder's kid and the signed custodians: the client builds them itself. */
export function groupsOf(name, { bidderKid, custodians, threshold }) {
  const rows = {
    bidder: { name: "bidder", threshold: 1, recipients: [bidderKid] },
    custodians: { name: "custodians", threshold, recipients: custodians },
  };
  return SHAPES[name].groups.map((group) => rows[group]);
}

/** Sentences on why groups are not of the policy's shape; empty when they are. */
export function misshapen(name, groups) {
  if (!isPolicy(name)) return [`there is no policy ${name}`];
  const names = groups.map((group) => group.name);
  if (names.join() !== SHAPES[name].groups.join()) return [`policy ${name} has the groups ${SHAPES[name].groups.join(" and ")}`];
  const kids = groups.flatMap(({ recipients }) => recipients);
  const found = groups.flatMap(misshapenGroup);
  if (new Set(kids).size !== kids.length) found.push("a recipient stands twice");
  return found;
}

function misshapenGroup({ name, threshold, recipients }) {
  if (name === "bidder") {
    return threshold === 1 && recipients.length === 1 ? [] : ["group bidder is 1 of exactly one recipient"];
  }
  const fits = threshold >= 2 && threshold <= recipients.length && recipients.length <= MOST_CUSTODIANS;
  return fits ? [] : [`group custodians needs 2 ≤ threshold ≤ recipients ≤ ${MOST_CUSTODIANS}`];
}

/** One `{group, index, kid}` for each recipient, in the order of the format. */
export const rowsOf = (groups) =>
  groups.flatMap(({ name, recipients }) => recipients.map((kid, at) => ({ group: name, index: at + 1, kid })));
