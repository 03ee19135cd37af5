// A yes counts only once all of a question has been on screen, and then for a second, in a tab that is looked at.

const READ_MS = 1_000, LOOK_MS = 100;
const seen = new Map();      // by question: which edges of its parts were on screen
const since = new Map();     // by question: when the last of them came
const ready = new Set();

const inside = (edge) => edge >= 0 && edge <= innerHeight;
/** What is not drawn has no size, and a pane beside the one that is looked at is drawn beside the screen. */
const drawn = ({ width, left, right }) => width > 0 && left < innerWidth && right > 0;

/** Note what is on screen now; both edges of a part that is taller than the screen count, one after the other. */
function read(ask) {
  const edges = seen.get(ask.id) ?? seen.set(ask.id, new Set()).get(ask.id);
  const parts = [...ask.querySelectorAll("[data-read], .answer")];
  parts.forEach((part, place) => {
    const box = part.getBoundingClientRect(), { top, bottom } = box;
    if (!drawn(box)) return;
    if (inside(top)) edges.add(2 * place);
    if (inside(bottom)) edges.add(2 * place + 1);
  });
  if (edges.size < 2 * parts.length) return;
  if (!since.has(ask.id)) since.set(ask.id, performance.now());
  if (performance.now() - since.get(ask.id) >= READ_MS) ready.add(ask.id);
}

function look() {
  if (document.hidden) return since.clear();
  for (const ask of document.querySelectorAll(".ask")) {
    if (!ready.has(ask.id)) read(ask);
    const yes = ask.querySelector("[formaction]"), inert = String(!ready.has(ask.id));
    if (yes && yes.getAttribute("aria-disabled") !== inert) yes.setAttribute("aria-disabled", inert);
  }
  return undefined;
}

document.addEventListener("submit", (event) => {
  const ask = event.target.closest(".ask");
  if (!ask || !event.submitter?.hasAttribute("formaction") || ready.has(ask.id)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  document.getElementById("said").textContent = "Read all of it first.";
}, true);

setInterval(look, LOOK_MS);
look();
