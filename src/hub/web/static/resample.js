// Change the rate of mono sound without aliasing: a windowed sinc, read at many phases.

const ZEROS = 12;     // zero crossings on each side: about 70 dB of stop band with this window
const PHASES = 64;

/** Streams samples from one rate to another; what one call leaves over, the next one uses. */
export class Resampler {
  /** @param {number} from rate in Hz  @param {number} to rate in Hz */
  constructor(from, to) {
    this.step = from / to;
    const cutoff = 0.94 * Math.min(1, to / from);
    this.half = Math.ceil(ZEROS / cutoff);
    this.taps = 2 * this.half;
    this.table = table(this.half, cutoff);
    this.kept = new Float32Array(this.taps);
    this.at = this.half;
  }

  /** @param {Float32Array} input  @returns {Float32Array} */
  process(input) {
    if (this.step === 1) return input.slice();
    const all = new Float32Array(this.kept.length + input.length);
    all.set(this.kept);
    all.set(input, this.kept.length);
    const out = new Float32Array(Math.max(0, Math.ceil((all.length - this.half - this.at) / this.step)));
    let count = 0;
    for (; this.at + this.half < all.length && count < out.length; this.at += this.step) out[count++] = this.sample(all);
    const used = Math.max(0, Math.min(all.length, Math.floor(this.at) - this.half));
    this.kept = all.slice(used);
    this.at -= used;
    return out.subarray(0, count);
  }

  sample(all) {
    const whole = Math.floor(this.at);
    const row = Math.round((this.at - whole) * PHASES) * this.taps;
    const first = whole - this.half + 1;
    let sum = 0;
    for (let i = 0; i < this.taps; i++) sum += all[first + i] * this.table[row + i];
    return sum;
  }
}

/** One row of taps for each phase; each row sums to one, so that level is kept. */
function table(half, cutoff) {
  const taps = 2 * half;
  const rows = new Float32Array((PHASES + 1) * taps);
  for (let phase = 0; phase <= PHASES; phase++) {
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      const x = i - half + 1 - phase / PHASES;
      sum += rows[phase * taps + i] = sinc(x * cutoff) * window(x / half);
    }
    for (let i = 0; i < taps; i++) rows[phase * taps + i] /= sum;
  }
  return rows;
}

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const window = (x) => (Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x));
