// Keys that work on every page: Ctrl K searches, g and a letter goes to a place, ? tells of all of them.

const PLACES = { h: "/", t: "/talks", r: "/timers", a: "/approvals", p: "/plugins", l: "/health", e: "/events", m: "/models", s: "/settings", w: "/language", y: "/memory" };
const KEYS = [
  ["Ctrl K", "search the talks"], ["/", "search, or write at home"], ["g h", "home"], ["g t", "talks"], ["g r", "timers"], ["g a", "approvals"], ["g p", "plugins"],
  ["g l", "health"], ["g e", "events"], ["g m", "models"], ["g s", "settings"], ["g w", "language: who answers"], ["g y", "memory"], ["Space", "talk, at home"], ["m", "microphone and speaker, at home"],
  ["Esc", "stop everything"], ["?", "this list"],
];
const WRITES = "input, textarea, select, [contenteditable]";
const WAIT_MS = 1200;

/** Listen for the keys of all pages. `find` moves to the search field of this page, if it has one. */
export function bind() {
  let leading = -WAIT_MS;
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return go(event, find);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
    if (event.target instanceof Element && event.target.closest(WRITES)) return undefined;
    if (event.key === "?") return go(event, tell);
    if (event.key === "/") return go(event, () => (document.getElementById("write") ?? document.getElementById("find-text"))?.focus());
    const how = document.querySelector("[data-how]");
    if (event.key === "m" && how && performance.now() - leading >= WAIT_MS) return go(event, () => how.click());
    if (event.key === "g") { leading = performance.now(); return undefined; }
    const place = PLACES[event.key];
    if (place && performance.now() - leading < WAIT_MS) return go(event, () => { location.href = place; });
    return undefined;
  });
}

function go(event, act) {
  event.preventDefault();
  act();
}

function find() {
  const field = document.getElementById("find-text");
  if (field) field.focus();
  else location.href = "/talks#find-text";
}

function tell() {
  let list = document.getElementById("keys-list");
  if (!list) {
    list = Object.assign(document.createElement("dialog"), { id: "keys-list", className: "dialog" });
    list.setAttribute("aria-labelledby", "keys-title");
    const rows = KEYS.flatMap(([key, what]) => [make("dt", key), make("dd", what)]);
    const all = document.createElement("dl");
    all.append(...rows);
    const close = Object.assign(make("button", "Close"), { className: "plain", autofocus: true, onclick: () => list.close() });
    list.append(Object.assign(make("h2", "Keys"), { id: "keys-title" }), all, close);
    document.body.append(list);
  }
  if (!list.open) list.showModal();
}

const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
