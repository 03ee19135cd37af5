// Audio thread, ears: 16 kHz frames of 20 ms for the hub, and a level each 80 ms for the ring.
import { Resampler } from "./resample.js";

const RATE = 16000, FRAME = 320, LEVEL = 1280;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, RATE);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.energy = 0;
    this.heard = 0;
    this.live = true;
    this.port.onmessage = () => { this.live = false; };
  }

  process([input]) {
    if (input[0]) for (const sample of this.resampler.process(input[0])) this.take(sample);
    return this.live;
  }

  take(sample) {
    this.frame[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
    this.energy += sample * sample;
    if (++this.heard === LEVEL) {
      this.port.postMessage({ level: Math.sqrt(this.energy / LEVEL) });
      this.energy = this.heard = 0;
    }
    if (this.filled === FRAME) {
      this.port.postMessage({ pcm: this.frame.buffer }, [this.frame.buffer]);
      this.frame = new Int16Array(FRAME);
      this.filled = 0;
    }
  }
}

registerProcessor("capture", Capture);
