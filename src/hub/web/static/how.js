// The sheet that says how we talk: turns, microphone, speaker, captions; and the advice that leads to it.
import { chime, send } from "./audio.js";
import { choices } from "./choices.js";
import { devices } from "./devices.js";
import { selectable } from "./outlet.js";

const NAMES = { free: "Hands free", push: "Hold to talk", alternate: "Taking turns" };
const SUGGESTED = { half_duplex: ["alternate", "Take turns"], push_to_talk: ["push", "Hold to talk"] };
const TRY_MS = 10_000;
const usual = (kind) => [new Option(`The usual ${kind}`, "")];

/** @param {{base: string, mic: import("./mic.js").Mic, talk: import("./talk.js").Talk, notice: import("./notice.js").Notice}} parts */
export function bind(parts) {
  const sheet = new Sheet(parts);
  return { level: (value) => sheet.level(value), advise: (message) => sheet.advise(message) };
}

/** What the hub says at `path`; `nothing` when it cannot. */
async function told(path, nothing) {
  try {
    const response = await fetch(path, { headers: { accept: "application/json" } });
    return response.ok ? await response.json() : nothing;
  } catch { return nothing; }
}

class Sheet {
  constructor({ base, mic, talk, notice, socket }) {
    Object.assign(this, { base, mic, talk, notice, socket, voices: [] });
    this.place = document.getElementById("how");
    this.form = this.place.querySelector("form");
    this.fields = this.form.elements;
    this.meter = this.place.querySelector("meter");
    for (const button of document.querySelectorAll("[data-how]")) button.addEventListener("click", () => this.open());
    this.form.addEventListener("change", ({ target }) => this.choose(target));
    this.place.addEventListener("close", () => this.quiet());
    document.getElementById("try-mic").addEventListener("click", () => this.listen());
    document.getElementById("try-speaker").addEventListener("click", () => chime(this.base));
    choices.addEventListener("change", () => this.show());
    devices.addEventListener("change", () => this.show());
    document.getElementById("speaker-row").hidden = !selectable();
    this.show();
  }

  open() {
    devices.look();
    this.say("");
    this.show();
    this.place.showModal();
    this.ask();
  }

  /** Ask which voices there are and who I can be; where there is no choice there is no field. */
  async ask() {
    const [{ voices = [] }, personas] = await Promise.all([told("/voices", {}), told("/personas", [])]);
    this.voices = voices.map(({ name, title }) => ({ value: name, text: title || name }));
    this.fill(this.fields.voice, this.voices, choices.get("voice") || this.voices[0]?.value, 2);
    const people = personas.map(({ id, name }) => ({ value: id, text: name }));
    this.fill(this.fields.persona, [{ value: "", text: "Nobody in particular" }, ...people], this.place.dataset.persona, 2);
  }

  fill(field, all, chosen, least) {
    field.replaceChildren(...all.map(({ value, text }) => new Option(text, value)));
    field.value = chosen ?? "";
    field.closest(".row").hidden = all.length < least;
  }

  /** Fill in what is chosen, and what there is to choose from. */
  show() {
    for (const name of document.querySelectorAll(".how-name")) name.textContent = NAMES[choices.get("turns")];
    this.fields.turns.value = choices.get("turns");
    this.fields.captions.checked = choices.get("captions");
    if (this.fields.wake) this.fields.wake.checked = this.talk.waits;
    this.list(this.fields.mic, devices.mics, choices.get("mic"), "microphone");
    this.list(this.fields.speaker, devices.speakers, choices.get("speaker"), "speaker");
  }

  list(field, all, chosen, kind) {
    const options = all.filter((one) => one.label).map((one) => new Option(one.label, one.deviceId));
    const away = chosen && !options.some((one) => one.value === chosen) ? [new Option(`My ${kind}, not here now`, chosen)] : [];
    field.replaceChildren(...usual(kind), ...options, ...away);
    field.value = chosen;
  }

  async choose(field) {
    if (field.name === "wake") {
      await this.talk.wait(field.checked);
      field.checked = this.talk.waits;
      return;
    }
    if (field.name === "persona") {
      if (this.socket.send({ type: "set_persona", persona: field.value })) this.place.dataset.persona = field.value;
      return;
    }
    choices.set(field.name, field.type === "checkbox" ? field.checked : field.value);
    if (field.name === "mic" && this.trying) { this.mic.close(); await this.listen(); }
    if (field.name === "speaker") await send();
  }

  /** Open the microphone for a moment and show how loud it is; in a talk it is open already. */
  async listen() {
    clearTimeout(this.timer);
    this.say("Say something.");
    if (this.mic.open && !this.trying) return;
    this.trying = true;
    try {
      this.talk.rehearse();
      await this.mic.start();
      await devices.look();
      this.timer = setTimeout(() => this.quiet(), TRY_MS);
    } catch (trouble) {
      this.trying = false;
      this.say([trouble.title, trouble.fix].filter(Boolean).join(". "));
    }
  }

  /** The trial is over; a talk that has begun meanwhile keeps the microphone. */
  quiet() {
    clearTimeout(this.timer);
    this.meter.value = 0;
    this.say("");
    if (this.trying && !this.talk.mode && !this.talk.waits) this.mic.close();
    this.trying = false;
  }

  level(value) {
    if (this.place.open) this.meter.value = Math.max(0, Math.min(1, (20 * Math.log10(value + 1e-6) + 54) / 42));
  }

  say(text) { document.getElementById("how-said").textContent = text; }

  /** The hub knows what would make this talk better: one press takes it up. */
  advise({ text, suggests }) {
    const [turns, label] = SUGGESTED[suggests] ?? [];
    if (turns === choices.get("turns") && turns) return;
    this.notice.show({ title: text }, turns && (() => choices.set("turns", turns)), label);
  }
}
