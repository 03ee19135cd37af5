// The talk button: turns presses, keys and the hub's word into one of a few states.
import { wake } from "./audio.js";
import { choices } from "./choices.js";
import { hindrance } from "./mic.js";

const HOLD_MS = 300, KEPT_FRAMES = 500;      // 10 s of sound while the hub is told
const DEAF_MS = 5000;       // after this long without a word from the hub, nothing was said
const FROM_HUB = { recording: "listening", processing: "thinking", synthesizing: "thinking", playing: "speaking" };
const WORDS = {
  ready: ["Ready", "Tap, or press Space, and talk"],
  opening: ["One moment", "Allow the microphone if asked"],
  listening: ["Listening", "Pause when you are done"],
  held: ["Listening", "Let go when you are done"],
  pushed: ["Listening", "Tap again when you are done"],
  deaf: ["Listening", "I hear nothing. Is the microphone on?"],
  thinking: ["Thinking", "Esc or a tap stops everything"],
  speaking: ["Speaking", "Talk over me, or tap to stop"],
  monologue: ["Speaking", "I listen again after this. Tap to stop"],
  away: ["Away", "The hub does not answer. I keep trying."],
};

/** The state of the talk, and what a press does to it. Calls `onchange({state, word, hint, part})`. */
export class Talk {
  constructor({ base, socket, mic, player, notice, onchange }) {
    Object.assign(this, { base, socket, mic, player, notice, onchange });
    this.hub = "idle";
    this.away = this.answering = this.opening = false;
    this.ears = { state: "ready" };
    this.mode = undefined;          // "vad", "push", or "undecided" while a press may become a hold
    this.silent = false;            // nothing but zeros comes from the microphone
    this.waits = false;             // the person wants a wake word to begin a talk
    this.wakeWord = "";             // the word that the hub listens for now
    this.frames = [];
  }

  get state() {
    if (this.away) return "away";
    if (this.opening && this.hub === "idle") return "opening";
    if (this.mode && this.mic.open && this.hub === "idle") return "listening";
    return FROM_HUB[this.hub] ?? (this.answering ? "thinking" : this.ears.state);
  }

  /** Say what is so now. */
  show() {
    const state = this.state, [word, hint] = this.says(state);
    this.onchange({ state, word, hint, part: this.ears.total ? this.ears.done / this.ears.total : 0, share: this.ears });
  }

  says(state) {
    if (state === "ready" && this.wakeWord) return [`Say ${this.wakeWord}`, "I wait for this word, and hear nothing else"];
    return WORDS[this.words(state)] ?? [this.ears.word, this.ears.hint];
  }

  words(state) {
    if (state === "speaking" && choices.get("turns") !== "free") return "monologue";
    if (state !== "listening") return state;
    if (this.silent) return "deaf";
    return this.mode === "push" ? (this.pressed ? "held" : "pushed") : state;
  }

  // what people do

  down() {
    if (this.pressed) return;
    this.pressed = true;
    wake(this.base);
    this.player.open();
    this.notice.clear();
    const state = this.state;
    this.timer = setTimeout(() => this.hold(), HOLD_MS);
    this.finishes = state === "listening";
    if (state === "speaking" || state === "thinking") this.cancel();
    else if (!this.finishes) { this.stopped = false; this.begin(); return; }
    this.stopped = true;
  }

  /** The press lasts: it is push-to-talk. */
  hold() {
    if (!this.pressed || this.finishes) return;
    if (this.stopped) this.begin();
    this.stopped = false;
    this.decide("push");
  }

  up() {
    if (!this.pressed) return;
    this.pressed = false;
    clearTimeout(this.timer);
    wake(this.base);      // a touch counts as a press only when it ends
    if (this.finishes) this.finish();
    else if (this.mode === "undecided") this.decide(choices.get("turns") === "push" ? "push" : "vad");
    else if (this.mode === "push") this.finish();
    this.show();
  }

  /** Stop everything: the sound, the answer, the listening. */
  cancel() {
    this.player.flush();
    const begun = this.told || this.hub !== "idle" || this.answering;      // told, though it may not have answered yet
    this.rest();
    if (begun) this.socket.send({ type: "cancel" });
    this.show();
  }

  // what follows

  async begin() {
    const hindered = this.hindrance();
    if (hindered) return this.fail(hindered);
    this.mode = "undecided";
    this.opening = true;
    this.show();
    try {
      await this.mic.start();
    } catch (trouble) {
      this.fail(trouble);
    }
    this.opening = false;
    this.tell();
    return this.show();
  }

  hindrance() {
    if (this.away) return { title: "The hub is away", reason: "It does not answer.", fix: "I keep trying, and say when it is back." };
    if (this.ears.state !== "ready") return { title: this.ears.state === "off" ? "I cannot listen now" : this.ears.word, reason: this.ears.hint, fix: "Writing works meanwhile." };
    return hindrance();
  }

  fail(trouble) {
    this.rest();
    this.notice.show(trouble, () => { this.down(); this.up(); });
    this.show();
  }

  decide(mode) {
    if (this.mode !== "undecided") return;
    this.mode = mode;
    this.tell();
  }

  /** Start the hub's listening once it is known how, and there is a microphone; what was said waits for the line. */
  tell() {
    if (!this.mic.open || this.told || !this.mode || this.mode === "undecided") return;
    this.arrange();
    this.told = this.socket.send({ type: "start_recording", mode: this.mode });
    if (this.told) for (const frame of this.frames.splice(0)) this.socket.send(frame);
    this.show();
  }

  /** Tell the hub whether to listen while it speaks, which by itself it does, and in which voice to speak. */
  arrange() {
    const half = choices.get("turns") === "alternate", voice = choices.get("voice");
    if (half !== Boolean(this.half) && this.socket.send({ type: "use", half_duplex: half })) this.half = half;
    if (voice && voice !== this.voice && this.socket.send({ type: "set_voice", voice })) this.voice = voice;
  }

  /** The person chose otherwise how to take turns. */
  chosen() {
    if (this.half !== undefined || this.voice || this.told) this.arrange();
    this.show();
  }

  /** The microphone is about to be tried out: what it hears then is for nobody. */
  rehearse() {
    wake(this.base);
    this.frames = [];
  }

  /** The microphone gives nothing but zeros, or sound again. */
  deafen(silent) {
    this.silent = silent;
    this.show();
  }

  frame(pcm) {
    if (!this.mode) {
      if (this.wakeWord && this.hub === "idle") this.socket.send(pcm);
      return;
    }
    if (this.told) this.socket.send(pcm);
    else if (this.frames.push(pcm) > KEPT_FRAMES) this.frames.shift();
  }

  /** What was said so far is the turn. */
  finish() {
    if (this.mode === "vad" && !this.spoken) return this.cancel();
    if (this.told) this.socket.send({ type: "stop_recording" });
    this.rest();
    this.deaf = setTimeout(() => this.hub === "recording" && this.cancel(), DEAF_MS);
    return this.show();
  }

  rest() {
    clearTimeout(this.deaf);
    this.mode = undefined;
    this.told = this.opening = this.silent = false;
    this.frames = [];
    if (!this.waits) this.mic.close();
  }

  // the wake word

  /** Listen for the wake word between talks, or no more. The microphone stays open meanwhile, and the page says so. */
  async wait(on) {
    this.waits = on;
    if (!on) {
      this.wakeWord = "";
      this.socket.send({ type: "wake", on: false });
      if (!this.mode) this.mic.close();
      return this.show();
    }
    wake(this.base);
    this.player.open();
    const hindered = this.hindrance();
    try {
      if (hindered) throw hindered;
      if (await this.mic.start()) this.socket.send({ type: "wake", on: true });
    } catch (trouble) {
      this.waits = false;
      this.fail(trouble);
    }
    return this.show();
  }

  /** The hub listens for the word, or has ceased to. */
  waiting({ on, word }) {
    this.wakeWord = on && this.waits ? word : "";
    this.show();
  }

  /** The hub cannot listen for it. */
  waitless() {
    if (!this.waits || this.wakeWord) return;
    this.waits = false;
    if (!this.mode) this.mic.close();
    this.show();
  }

  /** The word was said: the hub listens already. */
  woken() {
    this.player.open();
    this.notice.clear();
    this.mode = "vad";
    this.told = true;
    this.arrange();
    this.show();
  }

  // what the hub says

  heard(state) {
    const was = this.hub;
    this.hub = state;
    if (state !== "recording") clearTimeout(this.deaf);
    if (state !== was) this.spoken = false;
    if (state === "idle" && was !== "idle" && !this.pressed) this.rest();
    this.show();
  }

  /** Words were understood: a tap now ends the turn instead of dropping it. */
  understood() { this.spoken = true; }

  link(away) {
    this.away = away;
    if (!away && this.waits) this.socket.send({ type: "wake", on: true });
    if (!away) this.tell();
    this.show();
  }

  /** The connection is gone, and the talk with it. */
  drop() {
    this.hub = "idle";
    this.answering = false;
    this.half = this.voice = undefined;
    this.wakeWord = "";
    this.rest();
    this.player.reset();
    this.show();
  }
}
