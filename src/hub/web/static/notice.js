// What stands in the way of talking, as a card: what happened, why, and what to do.

export class Notice {
  /** @param {HTMLElement} place */
  constructor(place) { this.place = place; }

  /** @param {{title: string, reason?: string, fix?: string}} trouble  @param {(() => void)=} retry */
  show({ title, reason, fix }, retry) {
    const parts = [element("h3", title)];
    if (reason) parts.push(element("p", reason));
    if (fix) parts.push(element("p", fix, "fix"));
    const buttons = document.createElement("div");
    if (retry) buttons.append(button("Try again", () => { this.clear(); retry(); }));
    buttons.append(button("Close", () => this.clear()));
    this.place.replaceChildren(...parts, buttons);
    this.place.hidden = false;
  }

  clear() {
    this.place.hidden = true;
    this.place.replaceChildren();
  }
}

function element(name, text, kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function button(text, act) {
  const made = element("button", text, "act");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
