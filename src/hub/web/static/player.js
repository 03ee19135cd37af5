// The hub's voice: hands frames to the audio thread and says how much of them was played.
import { doze, ready } from "./audio.js";

/** Plays what the hub sends. `onplayed({epoch, samples, dry})`; `onlevel(0..1)` each 80 ms. */
export class Player {
  constructor({ onplayed, onlevel }) {
    Object.assign(this, { onplayed, onlevel });
    this.epoch = 0;
  }

  /** Open the output, once, after `wake`. */
  async open() {
    const context = await ready();
    if (!context || this.node) return;
    this.node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => ("level" in data ? this.onlevel(data.level) : this.report(data));
    this.node.connect(context.destination);
  }

  /** Take one frame of the socket: kind, flags, epoch, rate, then s16le. */
  take(buffer) {
    const view = new DataView(buffer);
    if (buffer.byteLength < 10 || view.getUint8(0) !== 1) return;
    this.epoch = view.getUint16(2, true);
    const pcm = buffer.slice(8);
    this.node?.port.postMessage({ epoch: this.epoch, rate: view.getUint32(4, true), pcm }, [pcm]);
  }

  /** Silence at once; only frames of `epoch` and later will be heard. */
  flush(epoch = this.epoch + 1) {
    this.epoch = epoch & 0xffff;
    this.node?.port.postMessage({ flush: this.epoch });
  }

  /** A new session begins to count epochs anew. */
  reset() {
    this.epoch = 0;
    this.node?.port.postMessage({ reset: true });
  }

  report({ epoch, samples, dry }) {
    if (dry) doze();
    this.onplayed({ epoch, samples, dry });
  }
}
