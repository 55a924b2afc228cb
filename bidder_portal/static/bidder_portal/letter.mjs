/** The bid letter: what was typed, judged against the lot's terms, and its form inside the bid. Pure. */

import { capitals, readFen, saysSame, spelled } from "./capitals.mjs";
import { MOST_FILE } from "./sealing/hashing.mjs";

/** Reasons why a draft may not be sealed yet: `{word, values, at}`, `at` the id of the field to go to. */
export function letterReasons(draft, terms) {
  return [...priceReasons(draft, terms), ...termReasons(draft, terms)];
}

function priceReasons({ amount = "", capitals: typed = "" }, { price_kind: kind, ceiling }) {
  const fen = readFen(amount);
  if (!fen) return [{ word: "price_missing", at: "amount" }];
  const found = [];
  if (ceiling && kind === "total" && fen > readFen(ceiling)) found.push({ word: "price_high", at: "amount" });
  if (kind === "total" && !saysSame(typed, fen)) {
    found.push({ word: "capitals_differ", values: { capitals: capitals(fen) }, at: "capitals" });
  }
  return found;
}

function termReasons({ duration = "", person = "", amended }, { duration_days: most, amendment }) {
  const days = /^\d{1,5}$/.test(duration.trim()) ? Number(duration) : 0;
  const found = [];
  if (days < 1 || days > 36500) found.push({ word: "duration_missing", at: "duration" });
  else if (most && days > most) found.push({ word: "duration_long", values: { days: most }, at: "duration" });
  if (!person.trim()) found.push({ word: "person_missing", at: "person" });
  if (amendment && amended !== amendment) found.push({ word: "amendment", values: { amendment }, at: "amended" });
  return found;
}

/** Reasons about files: what the checklist misses, empty files, too large ones, too much in all. */
export function fileReasons({ files = [] }, { checklist }, most = 2 ** 32 - 2 ** 24) {
  const present = new Set(files.map(({ kind }) => kind));
  const missing = checklist.filter(({ kind, required }) => required && !present.has(kind));
  const found = missing.map(({ kind, title }) => ({ word: "missing", values: { title }, at: `f-${kind}` }));
  for (const { name, size, kind } of files) {
    if (!size) found.push({ word: "empty_file", values: { name }, at: `f-${kind}` });
    if (size > MOST_FILE) found.push({ word: "large_file", values: { name }, at: `f-${kind}` });
  }
  if (files.reduce((sum, { size }) => sum + size, 0) > most) found.push({ word: "too_large", at: "files" });
  return found;
}

/** The manifest's fields of a draft without reasons against it. */
export function letterFields(draft, { bidder_name, price_kind }) {
  return {
    bidder_name,
    price: spelled(readFen(draft.amount)),
    price_kind,
    duration_days: Number(draft.duration),
    key_persons: [{ name: draft.person.trim().normalize("NFC"), role: "project_manager" }],
  };
}

/** The name of a file inside the bid: its folder is its kind, what no system allows is replaced, doubles are numbered. */
export function insideNames(files) {
  const taken = new Set();
  return files.map(({ kind, name }) => {
    const clean = name.normalize("NFC").replace(/[\\/:\u0000-\u001f\u007f]/g, "_").replace(/^\.+$/, "_") || "_";
    let path = `${kind}/${clean}`;
    for (let number = 2; taken.has(path); number++) path = `${kind}/${number}-${clean}`;
    taken.add(path);
    return path;
  });
}
