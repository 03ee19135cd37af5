// Where the time to the first sound went: a quiet line under an answer, and the steps for who wants them.

const STEPS = [
  ["tail", "Silence was sure"], ["text", "Your words were there"], ["endpoint", "The turn was over"],
  ["token", "The answer's first word"], ["sound", "Its first sound"], ["sent", "Sent"], ["played", "Heard here"],
];
const KEPT = 20, WIDE = 100, NS = "http://www.w3.org/2000/svg";

/** Keeps the figures of the latest turns and shows them under their answers. */
export class Took {
  constructor() { this.turns = new Map(); }

  /** @param {{turn: string}} message  ms after the person fell silent, by step; what is not known is null */
  take({ turn, type, ...times }) {
    const known = Object.fromEntries(Object.entries(times).filter(([, ms]) => Number.isFinite(ms)));
    const all = { ...this.turns.get(turn), ...known };
    this.turns.delete(turn);
    this.turns.set(turn, all);
    if (this.turns.size > KEPT) this.turns.delete(this.turns.keys().next().value);
    this.show();
  }

  /** Put the lines where their answers are: an answer's markup comes anew when it ends. */
  show() {
    for (const [turn, times] of this.turns) {
      const under = document.querySelector(`#hub-${CSS.escape(turn)} > .under`);
      const old = under?.querySelector(".took");
      if (!under || (old && Number(old.dataset.steps) === Object.keys(times).length)) continue;
      const line = told(times);
      if (!line) continue;
      if (old) { line.open = old.open; old.replaceWith(line); } else if (under.querySelector(".from")) under.querySelector(".from").after(line);
      else under.prepend(line);
    }
  }
}

function told(times) {
  const steps = STEPS.filter(([name]) => Number.isFinite(times[name])).map(([name, words]) => ({ words, at: times[name] }))
    .sort((a, b) => a.at - b.at);
  const all = times.played ?? times.sent ?? times.sound;
  if (!Number.isFinite(all) || !steps.length) return undefined;
  const line = make("details", "", "took");
  line.dataset.steps = Object.keys(times).length;
  const rows = make("dl", "");
  const end = Math.max(1, steps.at(-1).at);
  let before = 0;
  for (const { words, at } of steps) {
    const row = make("div", "");
    row.append(make("dt", words), bar(before, at, end), make("dd", `${Math.round(at)} ms`));
    rows.append(row);
    before = Math.max(0, at);
  }
  line.append(make("summary", `First sound after ${(all / 1000).toFixed(2)} s`, "act"), rows);
  return line;
}

/** From the step before to this one, on the way from silence to sound. */
function bar(from, to, end) {
  const svg = document.createElementNS(NS, "svg"), x = (ms) => (WIDE * Math.max(0, ms)) / end;
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${WIDE} 4`, preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const [kind, a, b] of [["all", 0, WIDE], ["step", x(from), Math.max(x(from) + 1, x(to))]]) {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("class", kind);
    path.setAttribute("d", `M${a.toFixed(1)} 2H${Math.min(WIDE, b).toFixed(1)}`);
    svg.append(path);
  }
  return svg;
}

function make(name, text, kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
