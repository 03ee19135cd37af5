// The microphone: asks for it, sends its frames, goes on with another when it goes away, and says in words why it cannot.
import { hold, ready, session } from "./audio.js";
import { choices } from "./choices.js";
import { devices } from "./devices.js";

const SILENT_LEVELS = 50;     // 4 s of nothing but zeros: no room is that quiet

/** What is asked of the browser: that it takes out the hub's own voice, noise and distance. */
function wanted(id) {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  return { audio: id ? { ...audio, deviceId: { ideal: id } } : audio };
}

/** Why there is no microphone: what happened and what to do, and perhaps the page that shows how. */
export class MicTrouble extends Error {
  constructor(code, title, reason, fix, link = "") {
    super(title);
    Object.assign(this, { code, title, reason, fix, link });
  }
}

/** The trouble that can be known before asking, or nothing. */
export function hindrance() {
  if (!globalThis.isSecureContext) {
    return new MicTrouble("insecure", "No microphone over plain http",
      "Browsers lend it to secure pages only, and this is none.",
      "On the hub's machine run: hub tls on. Writing works.", "/trust");
  }
  if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) {
    return new MicTrouble("unsupported", "This browser cannot listen",
      "It has no microphone or audio worklet support.", "Use a current Firefox, Chrome, Edge or Safari.");
  }
  return undefined;
}

const REFUSED = ["refused", "The microphone is blocked", "This browser does not let the page listen.",
  "Allow the microphone beside the address, then try again."];
const TROUBLES = {
  NotAllowedError: REFUSED,
  SecurityError: REFUSED,
  NotFoundError: ["missing", "No microphone here", "This device has none, or it is unplugged.",
    "Plug one in, then try again. Writing works."],
  OverconstrainedError: ["missing", "No microphone here", "None of this device's microphones fits.",
    "Plug in another one, then try again. Writing works."],
  NotReadableError: ["busy", "The microphone is taken", "Another program holds it.", "Close that program, then try again."],
  AbortError: ["busy", "The microphone is taken", "Another program holds it.", "Close that program, then try again."],
};
const LOST = ["lost", "The microphone went away", "It was unplugged or taken from the page, and there is no other.",
  "Plug it in again, then try again. Nothing you said is lost."];

const explain = (error) => error instanceof MicTrouble ? error
  : new MicTrouble(...(TROUBLES[error.name] ?? ["failed", "The microphone failed", `The browser says: ${error.message}`, "Try again, or load the page anew."]));

/**
 * An open microphone. `onframe(ArrayBuffer)`: 20 ms of 16 kHz s16le; `onlevel(0..1)` each 80 ms; `onlost(trouble)`
 * when it went away for good; `onmoved(name)` when another took its place; `ondeaf(silent)` when nothing but zeros
 * comes, as of a microphone that is switched off, and when sound comes again.
 */
export class Mic {
  constructor({ onframe, onlevel, onlost, onmoved = () => {}, ondeaf = () => {} }) {
    Object.assign(this, { onframe, onlevel, onlost, onmoved, ondeaf });
    this.wanted = false;
    devices.addEventListener("change", () => this.prefer());
    choices.addEventListener("change", ({ detail }) => detail === "mic" && this.prefer());
    this.watch();
  }

  get open() { return Boolean(this.stream); }

  /** The device that is open. */
  get id() { return this.stream?.getAudioTracks()[0]?.getSettings().deviceId ?? ""; }

  /** @returns {Promise<boolean>} false when `close` came first. Throws `MicTrouble`. */
  async start() {
    const hindered = hindrance();
    if (hindered) throw hindered;
    this.wanted = true;
    if (this.stream) return true;
    try {
      return await this.ask();
    } catch (error) {
      this.wanted = false;
      session("auto");
      throw explain(error);
    }
  }

  /** Ask for the chosen microphone, or any, and listen to it in place of the one before. */
  async ask() {
    session("play-and-record");
    const [stream, context] = await Promise.all([navigator.mediaDevices.getUserMedia(wanted(choices.get("mic"))), ready()]);
    if (!this.wanted) { stop(stream); return false; }
    this.detach();
    this.attach(stream, context);
    if (!devices.list.some((one) => one.label)) devices.look();
    return true;
  }

  attach(stream, context) {
    this.stream = stream;
    this.silent = 0;
    hold("mic", true);
    this.source = context.createMediaStreamSource(stream);
    this.node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => (data.pcm ? this.onframe(data.pcm) : this.measure(data.level));
    this.source.connect(this.node);
    stream.getAudioTracks()[0].onended = () => this.lose();
  }

  detach() {
    if (!this.stream) return;
    this.source.disconnect();
    this.node.port.postMessage("stop");
    this.node.port.onmessage = null;
    stop(this.stream);
    hold("mic", false);
    this.stream = this.source = this.node = undefined;
  }

  close() {
    this.wanted = false;
    if (!this.stream) return;
    this.detach();
    session("auto");
  }

  measure(level) {
    this.onlevel(level);
    const was = this.silent >= SILENT_LEVELS;
    this.silent = level ? 0 : this.silent + 1;
    if (was !== this.silent >= SILENT_LEVELS) this.ondeaf(!was);
  }

  /** It went away in the middle: go on with another, or say why not. */
  async lose() {
    this.detach();
    if (!this.wanted) return;
    try {
      if (await this.ask()) this.onmoved(this.stream.getAudioTracks()[0].label);
    } catch (error) {
      this.close();
      const trouble = explain(error);
      this.onlost(trouble.code === "missing" ? new MicTrouble(...LOST) : trouble);
    }
  }

  /** The chosen microphone is there, and another is open: change over. */
  async prefer() {
    const id = choices.get("mic");
    if (!this.open || !this.wanted || !id || id === this.id || !devices.mics.some((one) => one.deviceId === id)) return;
    try { if (await this.ask()) this.onmoved(this.stream.getAudioTracks()[0].label); } catch { /* the one that is open goes on */ }
  }

  /** The person may take the permission back while the microphone is open. */
  async watch() {
    try {
      const permission = await navigator.permissions.query({ name: "microphone" });
      permission.onchange = () => {
        if (permission.state !== "denied" || !this.open) return;
        this.close();
        this.onlost(new MicTrouble(...REFUSED));
      };
    } catch { /* some browsers do not tell; the sound then ends by itself */ }
  }
}

function stop(stream) {
  for (const track of stream.getTracks()) { track.onended = null; track.stop(); }
}
