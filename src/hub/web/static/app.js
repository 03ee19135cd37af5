// Wires the page: socket to conversation, button to talk, levels to ring.
import "./alarm.js";
import "./answer.js";
import { onstate, prepare, send, wake } from "./audio.js";
import { awake } from "./awake.js";
import { choices } from "./choices.js";
import { Conversation } from "./conversation.js";
import "./copy.js";
import { devices } from "./devices.js";
import { bind as bindHow } from "./how.js";
import { bind as bindKeys } from "./keys.js";
import { Mic } from "./mic.js";
import { Notice } from "./notice.js";
import { bind as bindPanes } from "./panes.js";
import { Player } from "./player.js";
import { Ring } from "./ring.js";
import { bind as bindShortcuts } from "./shortcuts.js";
import { Socket } from "./socket.js";
import { Talk } from "./talk.js";
import { Took } from "./took.js";

const at = (id) => document.getElementById(id);
const { conversation: id, rev, parts, static: base } = document.body.dataset;

const ring = new Ring(at("ring"));
const notice = new Notice(at("notice"));
const took = new Took();
const script = new Conversation({ lines: () => at("lines"), said: at("said"), onsettled: () => took.show() });
let known = rev;
const socket = new Socket(() => ({ conversation: id, parts: parts.split(" "), rev: known }));
const player = new Player({
  onplayed: ({ epoch, samples, dry }) => socket.send({ type: "played", epoch, samples, dry }),
  onlevel: (level) => ring.state === "speaking" && ring.level(level),
});
const mic = new Mic({
  onframe: (pcm) => talk.frame(pcm),
  onlevel: (level) => { how.level(level); if (ring.state === "listening") ring.level(level); },
  onlost: (trouble) => { if (talk.waits) talk.wait(false); talk.cancel(); talk.fail(trouble); },
  onmoved: (name) => notice.show({ title: "I listen with another microphone", reason: name }),
  ondeaf: (silent) => talk.deafen(silent),
});
const talk = new Talk({ base, socket, mic, player, notice, onchange: show });
const how = bindHow({ base, mic, talk, notice, socket });

/* the state, as ring, word, line and title */

let since = 0, ticking = 0;

function show({ state, word, hint, part, share }) {
  const changed = document.body.dataset.state !== state;
  document.body.dataset.state = state;
  ring.show(state, part);
  if (at("word").textContent !== word) {
    at("word").textContent = word;
    if (changed) script.announce(word);
  }
  if (at("hint").textContent !== hint) at("hint").textContent = hint;
  document.title = `${word} - Hub`;
  awake(["opening", "listening", "thinking", "speaking"].includes(state));
  if (state === "fetching") at("time").textContent = share.total ? `${Math.floor(part * 100)}%` : "";
  if (state === "thinking" && changed) count();
  if (state !== "thinking") clearInterval(ticking);
}

function count() {
  since = performance.now();
  clearInterval(ticking);
  const tick = () => { at("time").textContent = `${((performance.now() - since) / 1000).toFixed(1)} s`; };
  tick();
  ticking = setInterval(tick, 100);
}

function readEars() {
  const { state, word, hint, done, total, needs } = at("ears").dataset;
  talk.ears = { state, word, hint, done: Number(done), total: Number(total) };
  at("needs-count").textContent = needs;
  talk.show();
}

/* what the hub says */

const on = {
  state: ({ state }) => talk.heard(state),
  swap: (message) => {
    script.swap(message).then(() => message.target === "#ears" && readEars());
  },
  delta: (message) => script.delta(message),
  heard: (message) => script.heard(message),
  transcription: ({ text, is_final: final }) => {
    if (!final) talk.understood();
    script.draft(final ? "" : text);
  },
  withdrawn: () => script.draft(""),
  caption: ({ text }) => { if (talk.hub === "recording" && choices.get("captions")) script.draft(text, true); },
  duck: ({ on: low }) => player.duck(low),
  advice: (message) => how.advise(message),
  timing: (message) => took.take(message),
  flush: ({ epoch }) => player.flush(epoch),
  answering: ({ on: busy }) => { talk.answering = busy; talk.show(); },
  llm_response: ({ text, final, spoken }) => final && !spoken && script.announce(`Hub: ${text}`),
  replaced: ({ turn }) => script.remove(turn),
  gone: () => { talk.cancel(); notice.show({ title: "This talk was deleted", fix: "Begin a new one, or bring it back under Talks." }); },
  back: () => { notice.clear(); script.announce("This talk is back."); },
  title: ({ text }) => { at("talk-title").textContent = text; },
  wake: (message) => talk.waiting(message),
  woken: () => talk.woken(),
  error: ({ message, fix }) => { talk.waitless(); notice.show({ title: message, fix }); },
  note: ({ text }) => notice.show({ title: text }),
};

socket.addEventListener("message", ({ detail }) => {
  on[detail.type]?.(detail);
  dispatchEvent(new CustomEvent(`hub:${detail.type}`, { detail }));
});
socket.addEventListener("sound", ({ detail }) => player.take(detail));
const SHORT_MS = 600;       // an absence that is over sooner is not worth a word
let cut = false, leaving = 0;

socket.addEventListener("open", () => {
  clearTimeout(leaving);
  if (talk.away) { script.announce("The hub is back."); notice.clear(); }
  if (cut) notice.show({ title: "I was away for a moment", reason: "I could not hear you out.", fix: "Press, and say it again." });
  cut = false;
  talk.link(false);
});
socket.addEventListener("away", ({ detail }) => {
  known = "";
  cut ||= talk.hub !== "idle";
  talk.drop();
  if (detail.tries === 1) leaving = setTimeout(away, SHORT_MS);
});

function away() {
  talk.link(true);
  const heading = document.querySelector("#state h1");
  if (heading) heading.textContent = "The hub is away; I keep trying.";
}

/* what people do */

bindKeys(at("press"), talk);
bindShortcuts();
bindPanes({ panes: at("panes"), write: at("write") });
onstate((state) => {
  if (state !== "interrupted" || talk.state === talk.ears.state) return;
  talk.cancel();
  notice.show({ title: "Something else took the sound", fix: "Press when you want to go on." });
});
devices.addEventListener("change", () => send(devices.speakers.some((one) => one.deviceId === choices.get("speaker")) ? undefined : ""));
choices.addEventListener("change", ({ detail }) => {
  if (detail === "speaker") send();
  if (detail === "turns" || detail === "voice") talk.chosen();
  if (detail === "captions") script.draft("");
});

document.addEventListener("submit", (event) => {
  const { act = "write", turn } = event.target.dataset;
  const text = new FormData(event.target, event.submitter).get("text")?.trim();
  if (!text && (act === "write" || act === "edit")) return;
  wake(base);
  player.open();
  const message = act === "stop" ? { type: "cancel" } : { type: act, turn, text };
  if (!socket.send(message)) return;       // the form itself goes the long way
  event.preventDefault();
  event.stopImmediatePropagation();
  if (act === "stop") talk.cancel();
  if (act === "write") at("write").value = "";
  else at("write").focus({ preventScroll: true });       // what was pressed goes away
}, true);

readEars();
(globalThis.requestIdleCallback ?? setTimeout)(() => prepare(base));
