// The microphone: asks for it, sends its frames, and says in words why it cannot.
import { ready } from "./audio.js";

const WANTED = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } };

/** Why there is no microphone: what happened and what to do. */
export class MicTrouble extends Error {
  constructor(code, title, reason, fix) {
    super(title);
    Object.assign(this, { code, title, reason, fix });
  }
}

/** The trouble that can be known before asking, or nothing. */
export function hindrance() {
  if (!globalThis.isSecureContext) {
    return new MicTrouble("insecure", "No microphone over plain http",
      "Browsers give the microphone to secure pages only, and this address is not one.",
      "Open the hub on its own machine, as http://localhost, or over https.");
  }
  if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) {
    return new MicTrouble("unsupported", "This browser cannot listen",
      "It has no microphone or audio worklet support.", "Use a current Firefox, Chrome, Edge or Safari.");
  }
  return undefined;
}

const TROUBLES = {
  NotAllowedError: ["refused", "The microphone is blocked", "This browser does not let the page listen.",
    "Allow the microphone beside the address, then try again."],
  SecurityError: ["refused", "The microphone is blocked", "This browser does not let the page listen.",
    "Allow the microphone beside the address, then try again."],
  NotFoundError: ["missing", "No microphone here", "This device has none, or it is unplugged.",
    "Plug one in, then try again. Writing works."],
  OverconstrainedError: ["missing", "No microphone here", "None of this device's microphones fits.",
    "Plug in another one, then try again. Writing works."],
  NotReadableError: ["busy", "The microphone is taken", "Another program holds it.", "Close that program, then try again."],
};

const explain = (error) => error instanceof MicTrouble ? error
  : new MicTrouble(...(TROUBLES[error.name] ?? ["failed", "The microphone failed", `The browser says: ${error.message}`, "Try again, or load the page anew."]));

/** An open microphone. `onframe(ArrayBuffer)`: 20 ms of 16 kHz s16le; `onlevel(0..1)` each 80 ms. */
export class Mic {
  constructor({ onframe, onlevel, onlost }) {
    Object.assign(this, { onframe, onlevel, onlost });
    this.wanted = false;
  }

  get open() { return Boolean(this.stream); }

  /** @returns {Promise<boolean>} false when `close` came first. Throws `MicTrouble`. */
  async start() {
    const hindered = hindrance();
    if (hindered) throw hindered;
    this.wanted = true;
    if (this.stream) return true;
    try {
      const [stream, context] = await Promise.all([navigator.mediaDevices.getUserMedia(WANTED), ready()]);
      if (!this.wanted) { stop(stream); return false; }
      this.attach(stream, context);
      return true;
    } catch (error) {
      this.wanted = false;
      throw explain(error);
    }
  }

  attach(stream, context) {
    this.stream = stream;
    this.source = context.createMediaStreamSource(stream);
    this.node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => (data.pcm ? this.onframe(data.pcm) : this.onlevel(data.level));
    this.source.connect(this.node);
    stream.getAudioTracks()[0].onended = () => {
      this.close();
      this.onlost(new MicTrouble("lost", "The microphone went away", "It was unplugged or taken from the page.",
        "Plug it in again, then try again. Nothing you said is lost."));
    };
  }

  close() {
    this.wanted = false;
    if (!this.stream) return;
    this.source.disconnect();
    this.node.port.postMessage("stop");
    stop(this.stream);
    this.stream = this.source = this.node = undefined;
  }
}

function stop(stream) {
  for (const track of stream.getTracks()) { track.onended = null; track.stop(); }
}
