// Rings on every page: a tone, words in the title, and a bar with Stop and Snooze; and counts down what is set.

const RATE_MS = 250, TITLE_MS = 1_000;
// Two soft notes (Hz, seconds after the start), and the seconds until they come again.
const TUNES = {
  timer: { notes: [[880, 0], [1109, 0.18], [880, 0.36]], every: 1.6 },
  alarm: { notes: [[659, 0], [784, 0.25], [988, 0.5]], every: 2 },
  reminder: { notes: [[784, 0], [587, 0.22]], every: 6 },
};
const still = matchMedia("(prefers-reduced-motion: reduce)");
const skew = Number(document.body.dataset.now) * 1000 - Date.now() || 0;

/** @type {AudioContext | undefined} */ let sound;
let next = 0, titled = "", own = "", turned = 0;

const ringing = () => [...document.querySelectorAll("#alarms [data-timer]")];

/** Browsers let a page sound only once it was touched: be ready from the first touch on. */
function unlock() {
  if (!globalThis.AudioContext) return;
  sound ??= new AudioContext({ latencyHint: "playback" });
  if (ringing().length) sound.resume().catch(() => {});
  else if (sound.state === "running") sound.suspend().catch(() => {});
}

function play({ notes, every }) {
  if (!sound || sound.state !== "running") { sound?.resume().catch(() => {}); return; }
  if (performance.now() < next) return;
  next = performance.now() + every * 1000;
  for (const [pitch, wait] of notes) strike(pitch, sound.currentTime + 0.02 + wait);
}

/** One struck note: a tone and its octave, gone in half a second. */
function strike(pitch, at) {
  for (const [times, loud] of [[1, 0.22], [2, 0.06]]) {
    const tone = new OscillatorNode(sound, { frequency: pitch * times });
    const level = new GainNode(sound, { gain: 0 });
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loud, at + 0.01);
    level.gain.exponentialRampToValueAtTime(0.0005, at + 0.5);
    tone.connect(level).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}

/** Words in the title, in turns with the page's own; standing still for those who want that. */
function title(call) {
  if (document.title !== titled) own = document.title;
  if (!call) {
    if (titled && document.title === titled) document.title = own;
    titled = "";
    return;
  }
  if (performance.now() < turned) return;
  turned = performance.now() + TITLE_MS;
  titled = document.title === own || still.matches ? call : own;
  document.title = titled;
}

function countDown() {
  const now = Date.now() + skew;
  for (const place of document.querySelectorAll("[data-due]")) {
    const left = Math.max(0, Math.round((Number(place.dataset.due) * 1000 - now) / 1000));
    const text = left < 86_400 ? clock(left) : "";
    if (place.textContent !== text) place.textContent = text;
  }
}

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function tick() {
  countDown();
  const calls = ringing();
  title(calls[0]?.dataset.call ?? "");
  if (calls.length) play(TUNES[calls[0].dataset.kind] ?? TUNES.timer);
  else { next = 0; if (sound?.state === "running") sound.suspend().catch(() => {}); }
}

// A press in the bar must not take anyone away from the page: the hub takes it, and the bar follows by itself.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#alarms")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  fetch(form.action, { method: "POST", redirect: "manual" }).catch(() => form.submit());
}, true);

for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, unlock, { capture: true, passive: true });
setInterval(tick, RATE_MS);
tick();
