// Keeps the lists of the memory up to date: after a change they are fetched anew, unless somebody is at work in them.
import htmx from "./vendor/htmx.js";

const SETTLE_MS = 150, LATER_MS = 2_000;
const PLACES = ["memory-health", "memory-kinds", "memory-live"];
let due = 0;

addEventListener("hub:swap", ({ detail }) => { if (detail.target === "#memory-now") soon(SETTLE_MS); });

function soon(ms) {
  clearTimeout(due);
  due = setTimeout(refresh, ms);
}

const busy = (place) => place.querySelector("details[open]") !== null || (place.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));

/** More was loaded by scrolling than a fresh page has: to take its place would throw the reader back. */
const scrolled = (now, fresh) => now.querySelectorAll(".memo").length > fresh.querySelectorAll(".memo").length + 1;

async function refresh() {
  const live = document.getElementById("memory-live");
  if (live && busy(live)) return soon(LATER_MS);
  const address = location.href;
  const response = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  if (!response?.ok || location.href !== address) return undefined;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of PLACES) {
    const now = document.getElementById(id), fresh = page.getElementById(id);
    if (now && fresh && !busy(now) && !scrolled(now, fresh)) await htmx.swap({ text: fresh.outerHTML, target: now, swap: "outerMorph", sourceElement: document.body });
  }
  return undefined;
}
