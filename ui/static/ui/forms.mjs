// Small habits of forms: a button is pressed once, an irreversible act asks first, what was typed survives a reload.
// `<form data-draft="key">` keeps text fields in this browser until the form is sent and accepted.
// `<button data-confirm="words">` asks before it acts.

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // another script has work to do first, and sends the form itself
  const words = event.submitter?.dataset.confirm;
  if (words && !window.confirm(words)) {
    event.preventDefault();
    return;
  }
  const form = event.target;
  if (form.method !== "post" || form.target === "_blank" || "again" in form.dataset) return;
  if ("sending" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "";
});

// A page kept for the back button must be usable again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
});

const KINDS = "input[type=text], input[type=number], input[type=datetime-local], input[type=date], textarea, select";

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft:${form.dataset.draft}`;
  if ("accepted" in form.dataset) localStorage.removeItem(key);
  const saved = JSON.parse(localStorage.getItem(key) ?? "{}");
  const bound = "bound" in form.dataset; // the server has given back what was typed: it is newer
  for (const field of form.querySelectorAll(KINDS)) {
    if (!field.name || field.type === "password") continue;
    if (!bound && !field.value && saved[field.name]) field.value = saved[field.name];
    field.addEventListener("input", () => {
      saved[field.name] = field.value;
      localStorage.setItem(key, JSON.stringify(saved));
    });
  }
}
