// Countdowns `<time data-countdown datetime="…" data-pattern="{days} 天 {face}">` on the server's clock.
// At zero the element fires `countdown:over` once; with `data-reload` on it or above it the page loads again.

import { now } from "./clock.mjs";

const two = (number) => String(number).padStart(2, "0");

export function face(left, pattern) {
  const seconds = Math.max(0, Math.floor(left / 1000));
  const days = Math.floor(seconds / 86400);
  const rest = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days ? pattern.replace("{days}", days).replace("{face}", rest) : rest;
}

function tick(element) {
  const left = Date.parse(element.getAttribute("datetime")) - now();
  const text = face(left, element.dataset.pattern ?? "{days} {face}");
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("red", left < 3_600_000);
  if (left > 0) {
    delete element.dataset.over;
  } else if (!("over" in element.dataset)) {
    element.dataset.over = "";
    const late = left < -5000;
    element.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
    if (!late && element.closest("[data-reload]")) setTimeout(() => location.reload(), 2000);
  }
}

setInterval(() => document.querySelectorAll("[data-countdown]").forEach(tick), 250);
