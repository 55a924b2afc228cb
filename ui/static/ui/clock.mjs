// The server's clock, kept by the browser's monotonic clock: pages show it, countdowns run on it.
// `now()` is milliseconds since the epoch by the server; asked again every five minutes and when the page wakes.

const shown = document.getElementById("server-time");
let base = shown ? Date.parse(shown.getAttribute("datetime")) - performance.now() : Date.now() - performance.now();

export function now() {
  return base + performance.now();
}

const parts = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});

/** Write an instant as `2026-11-18 14:36:19` in Asia/Shanghai. */
export function written(at) {
  return parts.format(new Date(at)).replace(",", "");
}

async function ask() {
  const address = shown?.dataset.clock;
  if (!address) return;
  const sent = performance.now();
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) return;
    const { now: at } = await answer.json();
    const back = performance.now();
    base = Date.parse(at) - (sent + back) / 2;
  } catch {
    // The page keeps the last known offset; a lost connection must not stop the clock.
  }
}

function show() {
  if (!shown) return;
  const [day, face] = written(now()).split(" ");
  shown.querySelector("[data-face]").textContent = face;
  const date = shown.querySelector(".opt");
  if (date) date.textContent = `${day} `;
}

if (shown) {
  ask();
  show();
  setInterval(show, 250);
  setInterval(ask, 300_000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}
