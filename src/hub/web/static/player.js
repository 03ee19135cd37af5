// The hub's voice: hands frames to the audio thread and says how much of them was played.
import { hold, out, ready } from "./audio.js";

/** Plays what the hub sends. `onplayed({epoch, samples, dry})`, dry: gaps since the last word; `onlevel(0..1)` each 80 ms. */
export class Player {
  constructor({ onplayed, onlevel }) {
    Object.assign(this, { onplayed, onlevel });
    this.epoch = 0;
  }

  /** Open the output, once, after `wake`. */
  async open() {
    const context = await ready();
    if (!context || this.node?.context === context) return;
    this.node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => ("level" in data ? this.onlevel(data.level) : this.report(data));
    this.node.connect(out());
  }

  /** Take one frame of the socket: kind, flags, epoch, rate, then s16le. */
  take(buffer) {
    const view = new DataView(buffer);
    if (buffer.byteLength < 10 || view.getUint8(0) !== 1) return;
    this.epoch = view.getUint16(2, true);
    const pcm = buffer.slice(8);
    if (!this.busy) hold("voice", this.busy = true);
    this.node?.port.postMessage({ epoch: this.epoch, rate: view.getUint32(4, true), pcm }, [pcm]);
  }

  /** Perhaps someone speaks over it: lower the sound by 12 dB, or lift it again. */
  duck(on) { this.node?.port.postMessage({ duck: on }); }

  /** Silence at once; only frames of `epoch` and later will be heard. */
  flush(epoch = this.epoch + 1) {
    this.epoch = epoch & 0xffff;
    this.rest();
    this.node?.port.postMessage({ flush: this.epoch });
  }

  /** A new session begins to count epochs anew. */
  reset() {
    this.epoch = 0;
    this.rest();
    this.node?.port.postMessage({ reset: true });
  }

  rest() {
    if (this.busy) hold("voice", this.busy = false);
  }

  report({ epoch, samples, empty, dry }) {
    if (empty) this.rest();
    this.onplayed({ epoch, samples, dry });
  }
}
