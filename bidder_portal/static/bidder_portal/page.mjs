/** What the bidder's pages share: the words and data they were given, messages, refusals with every reason. */

import { Refused } from "./sealing/refusal.mjs";

const given = (id) => JSON.parse(document.getElementById(id).textContent);
export const words = given("words");
export const data = given("data");
export const byId = (id) => document.getElementById(id);

/** `fill("第 {n} 块", {n: 3})`. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** An element with text and attributes; text is never read as markup. */
export function element(tag, { text = "", ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

/** A copy of an icon from the page's template. */
export const icon = (name) =>
  document.getElementById("icons").content.querySelector(`[data-icon=${name}]`).firstElementChild.cloneNode(true);

/** The reasons of any error as sentences in the reader's language, each once. What the server said stands as it is. */
export function sentences(error) {
  if (!(error instanceof Refused)) return [error instanceof TypeError ? words.checks.network : words.checks.unexpected];
  const told = error.reasons.map(({ check, reason, word }) =>
    error.status && !check.startsWith("http_") ? reason : (words.checks[word ?? check] ?? `${reason} (${check})`),
  );
  return [...new Set(told)];
}

/** A refusal as the pages draw it: title, all reasons (`{text, href?}` or strings), what was kept, what can be done. */
export function refusal({ title, reasons, kept = "", acts = [] }) {
  const rows = reasons.map((reason) => {
    const { text, href } = typeof reason === "string" ? { text: reason } : reason;
    const row = element("li", {}, element("div", {}, element("b", { text })));
    if (href) row.append(element("a", { text: words.fix, href }));
    return row;
  });
  const heading = element("h2", {}, icon("bad"), ` ${title}`);
  const section = element("section", { class: "refuse mb-4", role: "alert" }, heading, element("ol", {}, ...rows));
  if (kept) section.append(element("p", { class: "quiet mb-0", text: kept }));
  if (acts.length) section.append(element("div", { class: "inline mt-3" }, ...acts));
  return section;
}

/** A button that saves the receipt which was refused, as it was answered: the bidder's proof. None where there is none. */
export function receiptActs({ receipt }) {
  if (!receipt) return [];
  const button = element("button", { class: "btn btn-outline-primary", type: "button", text: words.save_receipt });
  const file = () => new Blob([`${JSON.stringify(receipt, null, 1)}\n`], { type: "application/json" });
  button.addEventListener("click", () => save(file(), `receipt-${data.lot}.json`));
  return [button];
}

const UNITS = ["B", "KB", "MB", "GB"];

export function size(bytes) {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit ? value.toFixed(1) : value} ${UNITS[unit]}`;
}

/** Give a Blob to the browser to save. */
export function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
