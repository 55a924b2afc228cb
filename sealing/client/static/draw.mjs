/** Drawing: elements with text (never read as markup), refusals, and the chooser of files and folders. */

import { checkWords, foundWords, say } from "./words.mjs";

export const byId = (id) => document.getElementById(id);

/** `h("p.quiet", {title: "x", onclick: f}, "text", child)`; `text` is set as text. */
export function h(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const button = (text, onclick, { main = false, small = false, disabled = false } = {}) =>
  h(`button.btn${main ? ".main" : ""}${small ? ".sm" : ""}`, { type: "button", onclick, disabled }, text);

/** A definition list of `[term, value, class]`. */
export const facts = (rows, look = "") =>
  h(`dl.facts${look}`, {}, rows.map(([term, value, wide = ""]) => h(`div${wide}`, {}, h("dt", {}, term), h("dd", {}, value))));

/** One reason: the words for its check, and what exactly was found. */
export const reasonRow = ({ check, reason }) => h("li", {}, checkWords(check), h("small", {}, foundWords(reason)));

export const refusal = (reasons, title = say("refused")) =>
  h("div.refuse", { role: "alert" }, h("h3", {}, title), h("ol", {}, reasons.map(reasonRow)));

const UNITS = ["B", "KB", "MB", "GB"];

export function size(bytes) {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit ? value.toFixed(1) : value} ${UNITS[unit]}`;
}

/** 64 hex digits in groups of four, as people compare them. */
export const grouped = (hex) => hex.match(/.{1,4}/g).join(" ");

/** An instant to the second in Shanghai. */
export function instant(text) {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });
  return parts.format(new Date(text));
}

/**
 * Let the person choose: `want` is "file", "folder" or "either", `ending` narrows files. Resolves with a path, or null.
 * `look` asks the server for a folder's content.
 */
export function choose({ title, want, ending = "", start = "", look }) {
  const dialog = byId("chooser");
  return new Promise((resolve) => {
    const finish = (path) => {
      dialog.close();
      resolve(path);
    };
    const show = async (path) => {
      const folder = await look(path).catch(() => look(""));
      const rows = folder.entries.filter((entry) => entry.folder || (want !== "folder" && entry.name.endsWith(ending)));
      const row = (entry) =>
        h("li", {}, h("button", { type: "button", disabled: !entry.path, onclick: () => (entry.folder ? show(entry.path) : finish(entry.path)) },
          h(`span.${entry.folder ? "folder" : "file"}`, {}, ` ${entry.name}`), h("span", {}, !entry.path ? say("not_utf8") : entry.folder ? "" : size(entry.size))));
      const up = folder.parent && h("li", {}, h("button", { type: "button", onclick: () => show(folder.parent) }, h("span.folder", {}, " ..")));
      const typed = h("input", { type: "text", value: folder.path, "aria-label": say("path"), onkeydown: (event) => event.key === "Enter" && show(typed.value) });
      dialog.replaceChildren(
        h("h2", { id: "chooser-title" }, title), typed,
        h("ul.list", {}, up || null, rows.length ? rows.map(row) : h("li", {}, h("button", { type: "button", disabled: true }, say("nothing_here")))),
        h("div.row", {}, want === "file" ? null : button(say("this_folder"), () => finish(folder.path), { main: true }), button(say("cancel"), () => finish(null))),
      );
    };
    dialog.oncancel = () => resolve(null);
    show(start).then(() => dialog.showModal());
  });
}
