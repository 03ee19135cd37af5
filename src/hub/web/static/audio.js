// The page's one AudioContext: made before it is needed, woken inside a press, as browsers demand, and put to rest when idle.
import { choices } from "./choices.js";
import { Outlet } from "./outlet.js";

/** @type {AudioContext | undefined} */ let context;
/** @type {Outlet | undefined} */ let outlet;
/** @type {Promise<void> | undefined} */ let loaded;
let rest = 0;
const REST_MS = 60_000;
const listeners = new Set(), holders = new Set();

/** Make the context and load its worklets, silently, so that a press finds both. */
export function prepare(base) {
  if (!globalThis.isSecureContext || !globalThis.AudioWorkletNode) return undefined;
  if (context && context.state !== "closed") return context;
  context = new AudioContext({ latencyHint: "interactive" });
  context.onstatechange = () => listeners.forEach((listener) => listener(context.state));
  outlet = new Outlet(context);
  const made = context;
  loaded = Promise.all(["capture.js", "playback.js"].map((name) => made.audioWorklet.addModule(`${base}/${name}`)));
  loaded.catch(() => { if (context === made) { made.close(); context = undefined; } });      // the next press tries anew
  return context;
}

/** Wake the sound. Call it synchronously in a press or a key: elsewhere a phone keeps it silent. */
export function wake(base) {
  if (!prepare(base)) return undefined;
  doze();
  if (context.state !== "running") {
    silence(context);
    context.resume().catch(() => {});
  }
  send();
  return context;
}

/** Resolve when both worklets are there. */
export async function ready() {
  await loaded;
  return context;
}

/** The node that sound for the person is connected to. */
export const out = () => outlet?.node;

/** Send the sound to the speaker that was chosen, or to the usual one while that is away. */
export function send(id = choices.get("speaker")) {
  return outlet?.use(id).catch(() => outlet.use("").catch(() => {})) ?? Promise.resolve();
}

/** Tell a phone what the sound is for: while a microphone is open it must not go to the earpiece. */
export function session(kind) {
  if (navigator.audioSession) navigator.audioSession.type = kind;
}

/** Keep the sound awake while `who` needs it: an open microphone would be deaf, an answer dumb. */
export function hold(who, on) {
  if (on) holders.add(who);
  else holders.delete(who);
  doze();
}

/** Let the sound hardware sleep after a minute in which nobody needs it. */
function doze() {
  clearTimeout(rest);
  if (!holders.size) rest = setTimeout(() => context?.suspend().catch(() => {}), REST_MS);
}

/** Be told of "running", "suspended", "interrupted" (a phone call, on iOS) and "closed". */
export const onstate = (listener) => listeners.add(listener);

/** Two soft notes, to hear where the sound comes from. */
export async function chime(base) {
  wake(base);
  await ready();
  for (const [pitch, wait] of [[587, 0], [784, 0.16]]) {
    const at = context.currentTime + 0.03 + wait, tone = new OscillatorNode(context, { frequency: pitch });
    const level = new GainNode(context, { gain: 0 });
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(0.2, at + 0.01);
    level.gain.exponentialRampToValueAtTime(0.0005, at + 0.6);
    tone.connect(level).connect(outlet.node);
    tone.start(at);
    tone.stop(at + 0.65);
  }
  doze();
}

/** One silent sample opens the output on iOS. */
function silence(context) {
  const source = context.createBufferSource();
  source.buffer = context.createBuffer(1, 1, context.sampleRate);
  source.connect(context.destination);
  source.start();
}
