// The page's one AudioContext: made and woken inside a press, as browsers demand, and put to rest when idle.

/** @type {AudioContext | undefined} */ let context;
/** @type {Promise<void> | undefined} */ let loaded;
let rest = 0;
const REST_MS = 60_000;
const listeners = new Set();

/** Wake the sound. Call it synchronously in a press or a key: elsewhere a phone keeps it silent. */
export function wake(base) {
  clearTimeout(rest);
  if (!globalThis.isSecureContext || !globalThis.AudioWorkletNode) return undefined;
  if (!context || context.state === "closed") {
    context = new AudioContext({ latencyHint: "interactive" });
    context.onstatechange = () => listeners.forEach((listener) => listener(context.state));
    silence(context);
    loaded = Promise.all(["capture.js", "playback.js"].map((name) => context.audioWorklet.addModule(`${base}/${name}`)));
  }
  if (context.state !== "running") context.resume().catch(() => {});
  return context;
}

/** Resolve when both worklets are there. */
export async function ready() {
  await loaded;
  return context;
}

/** Let the sound hardware sleep after a minute without talk. */
export function doze() {
  clearTimeout(rest);
  rest = setTimeout(() => context?.suspend().catch(() => {}), REST_MS);
}

/** Be told of "running", "suspended", "interrupted" (a phone call, on iOS) and "closed". */
export const onstate = (listener) => listeners.add(listener);

/** One silent sample opens the output on iOS. */
function silence(context) {
  const source = context.createBufferSource();
  source.buffer = context.createBuffer(1, 1, context.sampleRate);
  source.connect(context.destination);
  source.start();
}
