// Presses and keys of the talk button: tap, hold, Space, Escape; never while someone is writing.

const WRITES = "input, textarea, select, [contenteditable]", ACTS = "a, button, summary";

/** @param {HTMLButtonElement} button  @param {import("./talk.js").Talk} talk */
export function bind(button, talk) {
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    talk.down();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(name, () => talk.up());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", (event) => {
    if (event.detail === 0) { talk.down(); talk.up(); }      // Enter, or a screen reader
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) talk.cancel();
    if (!isTalkKey(event, button)) return;
    event.preventDefault();
    if (!event.repeat) talk.down();
  });
  addEventListener("keyup", (event) => {
    if (!isTalkKey(event, button) && !talk.pressed) return;
    if (event.code !== "Space") return;
    event.preventDefault();
    talk.up();
  });
  addEventListener("blur", () => talk.up());
}

function isTalkKey(event, button) {
  if (event.code !== "Space" || event.ctrlKey || event.altKey || event.metaKey) return false;
  const at = event.target instanceof Element ? event.target : document.body;
  if (!at.checkVisibility()) return true;      // a sheet that just closed keeps the focus until the next frame
  return at === button || !at.closest(`${WRITES}, ${ACTS}`);
}
