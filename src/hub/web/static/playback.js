// Audio thread, voice: a queue of sound that starts at 60 ms, waits longer after it ran dry, ducks, and empties at once.
import { Resampler } from "./resample.js";

const START_S = 0.06, GROW_S = 0.04, MOST_S = 0.2, SHRINK = 0.005, LATE_S = 0.4;
const WAIT_S = 0.15, LIMIT_S = 60, REPORT_S = 0.1, LEVEL_S = 0.08;
const DUCKED = 0.251, DOWN_S = 0.015, UP_S = 0.12;      // -12 dB; lifted more gently than it is lowered

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
      else if ("duck" in data) this.goal = data.duck ? DUCKED : 1;
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
    this.waited = this.energy = this.counted = this.gaps = 0;
    this.rate = 0;
    this.gain = this.goal = 1;
  }

  flush(epoch) {
    if (older(epoch, this.epoch)) return;
    const tail = this.running ? this.tail(128) : undefined;
    this.reset(epoch);
    this.last = tail;
  }

  /** The next few samples, faded out: to stop in the middle of a wave would click. */
  tail(samples) {
    const out = new Float32Array(samples);
    this.pull(out);
    for (let i = 0; i < samples; i++) out[i] *= this.gain * (1 - i / samples);
    return out;
  }

  take({ epoch, rate, pcm }) {
    if (older(epoch, this.epoch)) return;
    if (epoch !== this.epoch) this.reset(epoch);
    if (rate !== this.rate) {
      this.rate = rate;
      this.resampler = new Resampler(rate, sampleRate);
    }
    if (this.queued > LIMIT_S * sampleRate) return;
    if (this.driedAt >= 0 && currentTime - this.driedAt < LATE_S) {
      this.need = Math.min(MOST_S, this.need + GROW_S);
      this.gaps++;
    }
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
    if (this.last) {
      out.set(this.last.subarray(0, out.length));
      this.last = undefined;
    } else {
      if (!this.running && this.queued) this.consider(out.length);
      if (this.running) this.play(out);
    }
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
    const count = this.pull(out);
    this.level(out, count);
    this.played += count;
    this.measure(out, count);
    if (!this.queue.length) this.dry();
    else if (this.played - this.reported >= REPORT_S * sampleRate) this.report(false);
  }

  /** Move what waits into `out`. @returns {number} how many samples there were */
  pull(out) {
    let at = 0;
    while (at < out.length && this.queue.length) {
      const first = this.queue[0], count = Math.min(out.length - at, first.length - this.head);
      out.set(first.subarray(this.head, this.head + count), at);
      at += count;
      this.head += count;
      if (this.head === first.length) { this.queue.shift(); this.head = 0; }
    }
    this.queued -= at;
    return at;
  }

  /** Lower the sound or lift it, sample by sample, so that nothing clicks. */
  level(out, count) {
    if (this.gain === 1 && this.goal === 1) return;
    const down = (1 - DUCKED) / (DOWN_S * sampleRate), up = (1 - DUCKED) / (UP_S * sampleRate);
    for (let i = 0; i < count; i++) {
      this.gain = this.goal < this.gain ? Math.max(this.goal, this.gain - down) : Math.min(this.goal, this.gain + up);
      out[i] *= this.gain;
    }
  }

  /** All that came was played: either the end, or the next frame is late. */
  dry() {
    this.running = false;
    this.driedAt = currentTime;
    this.report(true);
  }

  report(empty) {
    this.reported = this.played;
    this.need = Math.max(START_S, this.need - SHRINK * REPORT_S);
    const samples = empty ? this.received : Math.min(this.received, Math.round((this.played * this.rate) / sampleRate));
    this.port.postMessage({ epoch: this.epoch, samples, empty, dry: this.gaps });
    this.gaps = 0;
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
