// Every page but home: keeps its parts up to date, sends its forms without a reload, and knows the keys.
import "./alarm.js";
import { bind as bindKeys } from "./shortcuts.js";
import { Socket } from "./socket.js";
import htmx from "./vendor/htmx.js";

const { parts, rev } = document.body.dataset;
const WAIT_MS = 180;
let known = rev, done = Promise.resolve();

const socket = new Socket(() => ({ talk: false, parts: parts.split(" "), rev: known }));
const on = {
  swap: ({ target, html, how }) => put(target, html, how),
  error: ({ message, fix }) => say(`${message} ${fix}`),
};

socket.addEventListener("message", ({ detail }) => {
  on[detail.type]?.(detail);
  dispatchEvent(new CustomEvent(`hub:${detail.type}`, { detail }));
});
socket.addEventListener("away", () => { known = ""; });

/** Put markup that the hub rendered into the page; in order, after all that came before. */
function put(target, html, how) {
  done = done.then(async () => {
    const place = document.querySelector(target);
    if (place && !place.contains(busy())) await htmx.swap({ text: html, target: place, swap: how, sourceElement: document.body });
  }).catch((error) => console.error(error));
  return done;
}

/** A field that someone is in, or a question that is open: what it stands in is left alone until it is done. */
const busy = () => document.activeElement?.closest("input, textarea, select, details[open]") ?? null;

const say = (text) => { document.getElementById("said").textContent = text; };

/* forms go without a reload; without scripts they go all the same */

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("data-plain")) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-search]");
  if (!form) return;
  clearTimeout(form.wait);
  form.wait = setTimeout(() => send(form), WAIT_MS);
});

async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  const address = new URL(submitter?.getAttribute("formaction") ?? form.action, location.href);
  const get = (submitter?.formMethod || form.method) === "get";
  if (get) address.search = fields;
  if (submitter) submitter.disabled = true;
  try {
    const headers = { accept: "text/html" };
    const response = await fetch(address, get ? { headers } : { method: "POST", body: fields, headers });
    if (response.headers.get("content-type")?.startsWith("text/html")) await show(response, form);
    else location.href = response.url;
  } catch {
    say("The hub is away. Try again in a moment.");
  } finally {
    if (submitter?.isConnected) submitter.disabled = false;
  }
}

async function show(response, form) {
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = fresh.getElementById("main");
  if (!main && response.status >= 400) return refuse(form, [...fresh.querySelectorAll(".told")].map((part) => part.textContent).join(" "));
  if (!main) { location.href = response.url; return; }
  history.replaceState(null, "", response.url);
  document.title = fresh.title;
  await done;
  await htmx.swap({ text: main.outerHTML, target: document.getElementById("main"), swap: "outerMorph", sourceElement: document.body });
  const told = document.querySelector("#main .said, #main .wrong");
  if (told) say(told.textContent);
}

/** Say what was wrong beside the form; what was typed into it stays. */
function refuse(form, text) {
  form.querySelector(":scope > .wrong.now")?.remove();
  form.append(Object.assign(document.createElement("p"), { className: "wrong now", textContent: text }));
  say(text);
}

bindKeys();
