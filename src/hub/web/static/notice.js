// What stands in the way of talking, or would make it better, as a card: what happened, why, and what to do.

export class Notice {
  /** @param {HTMLElement} place */
  constructor(place) { this.place = place; }

  /**
   * @param {{title: string, reason?: string, fix?: string, link?: string}} trouble  link: a page that shows how
   * @param {(() => void)=} act  what the first button does
   * @param {string=} label  what it says
   */
  show({ title, reason, fix, link }, act, label = "Try again") {
    const parts = [element("h3", title)];
    if (reason) parts.push(element("p", reason));
    if (fix) parts.push(element("p", fix, "fix"));
    const buttons = document.createElement("div");
    if (link) buttons.append(Object.assign(element("a", "Show me how", "act"), { href: link }));
    else if (act) buttons.append(button(label, () => { this.clear(); act(); }));
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
