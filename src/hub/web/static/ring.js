// The talk ring: sixty ticks of 80 ms that draw time from real levels.

const N = 60, R = 92, SHORT = 4, REACH = 26, NS = "http://www.w3.org/2000/svg";
const FULL = 36, GONE = 58;      // ticks of age at which a tick begins to fade, and is gone
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Loudness as the ear hears it: -54 dB is nothing, -12 dB is all. */
const height = (level) => Math.max(0, Math.min(1, (20 * Math.log10(level + 1e-6) + 54) / 42));

export class Ring {
  /** @param {SVGElement} svg */
  constructor(svg) {
    this.ticks = Array.from({ length: N }, (_, i) => tick(i));
    svg.replaceChildren(...this.ticks);
    this.levels = new Float32Array(N);
    this.head = this.written = 0;
    this.show("ready");
    setInterval(() => this.minute(), 1000);
  }

  /** Draw `state`; `part` (0..1) is how much of a fetch has arrived. */
  show(state, part = 0) {
    const was = this.state, fresh = state !== was;
    this.state = state;
    if (fresh && (state === "listening" || state === "speaking" || (state === "thinking" && was !== "listening"))) this.clear();
    if (state === "ready") this.clock();
    else if (state === "thinking") this.freeze();
    else if (state === "fetching") this.fill(part);
    else if (state === "listening" || state === "speaking") this.draw();
    else this.rest();
  }

  /** One frame of sound, from the microphone or the voice. */
  level(value) {
    if (still.matches || (this.state !== "listening" && this.state !== "speaking")) return;
    this.levels[this.head] = height(value);
    this.head = (this.head + 1) % N;
    this.written++;
    this.draw();
  }

  clear() {
    this.levels.fill(0);
    this.head = this.written = 0;
  }

  draw() {
    for (let i = 0; i < N; i++) {
      const age = (this.head - 1 - i + N) % N;
      const fade = age < this.written ? Math.max(0, Math.min(1, (GONE - age) / (GONE - FULL))) : 0;
      this.set(i, SHORT + REACH * this.levels[i] * fade, fade > 0 ? "on" : "", fade || 1);
    }
  }

  freeze() { this.ticks.forEach((_, i) => this.set(i, SHORT + REACH * this.levels[i], "old")); }

  rest() { this.ticks.forEach((_, i) => this.set(i, SHORT)); }

  fill(part) { this.ticks.forEach((_, i) => (i < part * N ? this.set(i, 14, "on") : this.set(i, SHORT))); }

  clock() {
    this.shown = new Date().getMinutes();
    this.ticks.forEach((_, i) => (i === this.shown ? this.set(i, 8, "on") : this.set(i, SHORT)));
  }

  minute() { if (this.state === "ready" && new Date().getMinutes() !== this.shown) this.clock(); }

  set(i, length, kind = "", opacity = 1) {
    const line = this.ticks[i], end = (128 - R - length).toFixed(1), strength = opacity.toFixed(2);
    if (line.end !== end) line.setAttribute("y2", line.end = end);
    if (line.kind !== kind) line.setAttribute("class", line.kind = kind);
    if (line.strength !== strength) line.setAttribute("opacity", line.strength = strength);
  }
}

function tick(i) {
  const line = document.createElementNS(NS, "line");
  const places = { x1: 128, x2: 128, y1: 128 - R, y2: 128 - R - SHORT, transform: `rotate(${i * 6} 128 128)` };
  for (const [name, value] of Object.entries(places)) line.setAttribute(name, value);
  return line;
}
