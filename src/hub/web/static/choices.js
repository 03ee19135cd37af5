// What this browser remembers of how its person talks: turns, devices, captions.

const KEY = "hub.talk";
const USUAL = { turns: "free", mic: "", speaker: "", voice: "", captions: true };
const TURNS = new Set(["free", "push", "alternate"]);

/** The choices of this browser; raises "change" (detail: the name of what changed). */
class Choices extends EventTarget {
  constructor() {
    super();
    this.all = { ...USUAL, ...stored() };
    if (!TURNS.has(this.all.turns)) this.all.turns = USUAL.turns;
    addEventListener("storage", ({ key }) => key === KEY && this.reload());
  }

  get(name) { return this.all[name]; }

  set(name, value) {
    if (this.all[name] === value) return;
    this.all[name] = value;
    try { localStorage.setItem(KEY, JSON.stringify(this.all)); } catch { /* private windows forget */ }
    this.dispatchEvent(new CustomEvent("change", { detail: name }));
  }

  /** Another tab chose: what is chosen there holds here from the next talk on. */
  reload() {
    const before = this.all;
    this.all = { ...USUAL, ...stored() };
    for (const name of Object.keys(USUAL)) {
      if (before[name] !== this.all[name]) this.dispatchEvent(new CustomEvent("change", { detail: name }));
    }
  }
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(Object.entries(found).filter(([name, value]) => typeof value === typeof USUAL[name]));
  } catch { return {}; }
}

export const choices = new Choices();
