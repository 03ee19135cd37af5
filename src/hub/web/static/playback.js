// Audio thread, voice: a queue of sound that starts at 60 ms, waits longer after it ran dry, and empties at once.
import { Resampler } from "./resample.js";

const START_S = 0.06, GROW_S = 0.04, MOST_S = 0.2, SHRINK = 0.005, LATE_S = 0.4;
const WAIT_S = 0.15, LIMIT_S = 60, REPORT_S = 0.1, LEVEL_S = 0.08;

/** True when epoch `a` is older than `b`; epochs are 16 bit and wrap. */
const older = (a, b) => ((a - b) & 0xffff) > 0x7fff;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.epoch = 0;
    this.need = START_S;
    this.reset(0);
    this.port.onmessage = ({ data }) => {
      if (data.pcm) this.take(data);
      else if (data.reset) this.reset(0);
      else this.flush(data.flush);
    };
  }

  reset(epoch) {
    this.epoch = epoch;
    this.queue = [];
    this.head = this.queued = this.played = this.reported = this.received = 0;
    this.driedAt = -1;
    this.running = false;
    this.waited = this.energy = this.counted = 0;
    this.rate = 0;
  }

  flush(epoch) {
    if (!older(epoch, this.epoch)) this.reset(epoch);
  }

  take({ epoch, rate, pcm }) {
    if (older(epoch, this.epoch)) return;
    if (epoch !== this.epoch) this.reset(epoch);
    if (rate !== this.rate) {
      this.rate = rate;
      this.resampler = new Resampler(rate, sampleRate);
    }
    if (this.queued > LIMIT_S * sampleRate) return;
    if (this.driedAt >= 0 && currentTime - this.driedAt < LATE_S) this.need = Math.min(MOST_S, this.need + GROW_S);
    this.driedAt = -1;
    const whole = new Int16Array(pcm), input = new Float32Array(whole.length);
    this.received += whole.length;
    for (let i = 0; i < whole.length; i++) input[i] = whole[i] / 32768;
    const sound = this.resampler.process(input);
    if (!sound.length) return;
    this.queue.push(sound);
    this.queued += sound.length;
  }

  process(_, [output]) {
    const out = output[0];
    if (!this.running && this.queued) this.consider(out.length);
    if (this.running) this.play(out);
    for (const channel of output.slice(1)) channel.set(out);
    return true;
  }

  /** Start when enough has come, or when no more seems to come. */
  consider(samples) {
    this.waited += samples;
    this.running = this.queued >= this.need * sampleRate || this.waited >= WAIT_S * sampleRate;
    if (this.running) this.waited = 0;
  }

  play(out) {
    let at = 0;
    while (at < out.length && this.queue.length) {
      const first = this.queue[0], count = Math.min(out.length - at, first.length - this.head);
      out.set(first.subarray(this.head, this.head + count), at);
      at += count;
      this.head += count;
      if (this.head === first.length) { this.queue.shift(); this.head = 0; }
    }
    this.queued -= at;
    this.played += at;
    this.measure(out, at);
    if (!this.queue.length) this.dry();
    else if (this.played - this.reported >= REPORT_S * sampleRate) this.report(false);
  }

  /** All that came was played: either the end, or the next frame is late. */
  dry() {
    this.running = false;
    this.driedAt = currentTime;
    this.report(true);
  }

  report(dry) {
    this.reported = this.played;
    this.need = Math.max(START_S, this.need - SHRINK * REPORT_S);
    const samples = dry ? this.received : Math.min(this.received, Math.round((this.played * this.rate) / sampleRate));
    this.port.postMessage({ epoch: this.epoch, samples, dry });
  }

  measure(out, count) {
    for (let i = 0; i < count; i++) this.energy += out[i] * out[i];
    this.counted += count;
    if (this.counted < LEVEL_S * sampleRate) return;
    this.port.postMessage({ level: Math.sqrt(this.energy / this.counted) });
    this.energy = this.counted = 0;
  }
}

registerProcessor("playback", Playback);
