// The script of the talk: words as they come, faint until heard, and the hub's own markup for what is final.
import htmx from "./vendor/htmx.js";

const NEAR_PX = 120;

export class Conversation {
  /** @param {{lines: () => HTMLElement, said: HTMLElement, onsettled?: () => void}} places  onsettled: markup came anew */
  constructor({ lines, said, onsettled = () => {} }) {
    Object.assign(this, { lines, said, onsettled });
    this.live = new Map();          // turn -> {text, heard}: heard is undefined while nothing is spoken
    this.done = Promise.resolve();
    this.bottom(true);
  }

  /** Put markup that the hub rendered into the page; in order, after all that came before. */
  swap({ target, html, how }) {
    this.done = this.done.then(async () => {
      const place = document.querySelector(target);
      if (!place) return;
      const near = this.near();
      if (how === "beforeend") document.getElementById("hello")?.remove();
      await htmx.swap({ text: html, target: place, swap: how, sourceElement: document.body });
      this.settle();
      this.onsettled();
      this.bottom(near);
    }).catch((error) => console.error(error));
    return this.done;
  }

  /** Turns that are still being answered take up their text again after a swap. */
  settle() {
    for (const turn of this.live.keys()) {
      const place = this.answer(turn);
      if (!place || place.parentElement.dataset.state !== "answering") this.live.delete(turn);
      else this.paint(turn);
    }
  }

  answer(turn) { return document.querySelector(`#hub-${CSS.escape(turn)} > .answer`); }

  /** Take a turn away that was asked again. */
  remove(turn) {
    this.done = this.done.then(() => {
      this.live.delete(turn);
      for (const half of ["you", "hub"]) document.getElementById(`${half}-${turn}`)?.remove();
    });
  }

  delta({ turn, text }) {
    this.done = this.done.then(() => {
      if (!this.answer(turn)) return;      // not accepted yet: what there is comes again once it is
      const known = this.live.get(turn) ?? this.begin(turn);
      known.text += text;
      this.paint(turn);
    });
  }

  begin(turn) {
    const place = this.answer(turn), spoken = place?.parentElement.dataset.source === "voice";
    const known = { text: place?.textContent ?? "", heard: spoken ? 0 : undefined };
    this.live.set(turn, known);
    return known;
  }

  /** How much was heard: the rest stays faint. */
  heard({ turn, chars }) {
    this.done = this.done.then(() => {
      const known = this.live.get(turn);
      if (known) { known.heard = chars; this.paint(turn); }
    });
  }

  paint(turn) {
    const place = this.answer(turn), { text, heard } = this.live.get(turn);
    if (!place) return;
    const near = this.near(), cut = heard === undefined ? text.length : word(text, heard);
    const faint = document.createElement("span");
    faint.className = "unheard";
    faint.textContent = text.slice(cut);
    place.replaceChildren(text.slice(0, cut), ...(faint.textContent ? [faint] : []));
    this.bottom(near);
  }

  /** What the hub makes of your words; `faint` while you still speak. */
  draft(text, faint = false) {
    const near = this.near();
    let line = document.getElementById("draft");
    if (!text) return line?.remove();
    if (!line) {
      line = document.createElement("div");
      line.id = "draft";
      line.className = "turn you draft";
      line.append(Object.assign(document.createElement("p"), { className: "who", textContent: "You" }),
        Object.assign(document.createElement("p"), { className: "text" }));
      this.lines().append(line);
    }
    document.getElementById("hello")?.remove();
    line.classList.toggle("partial", faint);
    line.lastElementChild.textContent = text;
    return this.bottom(near);
  }

  /** Tell it to a screen reader, unless the hub says it aloud. */
  announce(text) { this.said.textContent = text; }

  near() {
    const box = this.lines();
    return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
  }

  bottom(wanted) {
    const box = this.lines();
    if (wanted) box.scrollTop = box.scrollHeight;
  }
}

/** The end of the word that `chars` falls into. */
function word(text, chars) {
  if (chars <= 0) return 0;
  const rest = text.slice(chars).search(/\s/);
  return rest < 0 && chars < text.length ? text.length : chars + Math.max(0, rest);
}
