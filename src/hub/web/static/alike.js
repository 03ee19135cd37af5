// Shows which devices the memory is kept alike with, how they do, and lets them meet at once.

const at = (id) => document.getElementById(id);
const HOME = at("alike").dataset.at;
const EVERY_MS = 15_000, SHOWN = 20, SHORT = 120;
const many = (count, one, several = `${one}s`) => (count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${several}`);
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
const words = new Map(), names = new Map();
let last = "", meeting = false, later = 0;

/* asking */

async function ask(path, options) {
  const response = await fetch(`${HOME}/${path}`, options).catch(() => { throw new Error("The hub is away. Try again in a moment."); });
  if (response.status === 404) return null;
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  throw new Error([told.error ?? "The memory does not answer.", told.fix ?? "Look under Plugins."].join(" "));
}

async function look(path = "status", options = {}) {
  clearTimeout(later);
  try {
    const told = await ask(path, options);
    wrong("");
    await show(told);
  } catch (error) {
    last = "";
    state("I cannot tell how my devices are.", true);
    wrong(error.message);
  }
  if (!meeting) later = setTimeout(again, EVERY_MS);
}

/** A page that nobody sees asks nothing until it is seen again. */
function again() {
  if (document.hidden) document.addEventListener("visibilitychange", () => look(), { once: true });
  else look();
}

async function meet() {
  if (meeting) return;
  meeting = true;
  at("meet").setAttribute("aria-disabled", "true");
  state("I am meeting my devices.");
  last = "";
  await look("now", { method: "POST" });
  meeting = false;
  at("meet").removeAttribute("aria-disabled");
  later = setTimeout(again, EVERY_MS);
}

/* showing */

/** What is as it was is left alone: nobody's place in the page is lost. */
async function show(told) {
  const now = JSON.stringify(told);
  if (now === last) return;
  last = now;
  if (told === null) return shared();
  called(told);
  const conflicts = await Promise.all(told.conflicts.slice(0, SHOWN).map((one) => conflict(one, told.node)));
  const { peers, places } = told, devices = peers.filter(({ peer }) => peer && peer !== told.node);
  const lonely = places.filter(({ place }) => !devices.some((one) => one.place === place));
  state(sentence(told, devices, places), told.trouble.length > 0);
  at("alike-begin").hidden = told.paired && (places.length > 0 || devices.length > 0 || told.trouble.length > 0);
  for (const step of document.querySelectorAll("[data-pair]")) step.hidden = told.paired;
  at("alike-acts").hidden = !told.paired;
  fill("alike-trouble", told.trouble.map(({ place, what, fix }) => row([what], [place, fix].filter(Boolean).join(": "))));
  fill("alike-devices", [...devices.map((one) => device(one, told)), ...lonely.map((one) => alone(one, told))]);
  fill("alike-ahead", told.waiting.map(({ node, changes, ahead_s: ahead }) => row([name(node)], `${many(Math.max(1, Math.round(ahead / 60)), "minute")} ahead; ${many(changes, "change")} ${changes === 1 ? "waits" : "wait"} until then`)));
  fill("alike-conflicts", conflicts);
  at("alike-more").hidden = told.conflicts.length <= SHOWN;
  at("alike-more").textContent = `And ${many(told.conflicts.length - SHOWN, "earlier one")}.`;
  return undefined;
}

function sentence({ paired, trouble }, devices, places) {
  const met = Math.max(0, ...[...devices, ...places].map((one) => one.at)), count = new Set(devices.map(({ peer }) => peer)).size;
  if (!paired) return places.length ? "Not paired yet, so I meet nobody." : "No devices yet.";
  if (trouble.length) return `My devices are not all alike: ${many(trouble.length, "trouble")}.`;
  if (count) return `Alike with ${many(count, "device")}; last met ${when(met)}.`;
  return places.length ? "No other device was there yet." : "Paired; nobody was met yet.";
}

/** The hub's memory is one that devices share, or one that does not sync. */
function shared() {
  state("No devices to keep alike. Hubs that share a server need none.");
  for (const id of ["alike-begin", "alike-trouble", "alike-devices", "alike-ahead", "alike-conflicts", "alike-acts"]) at(id).hidden = true;
}

function device({ place, peer, at: met, received }, { places, peers, waiting, folder }) {
  const set = places.find((one) => one.place === place), sent = peers.find((one) => one.place === place && !one.peer)?.sent;
  const held = waiting.find(({ node }) => node === peer)?.changes;
  const told = [place === "visits" ? "comes by itself" : way(place, folder), `last heard ${when(met)}`, `${many(received, "change")} received`];
  if (sent !== undefined) told.push(`${sent.toLocaleString("en")} sent there`);
  if (set?.untold) told.push(`${set.untold.toLocaleString("en")} to tell`);
  if (held) told.push(`${held.toLocaleString("en")} waiting`);
  return row([name(peer)], told.join("; "));
}

/** A place that is set, where no other device was yet. */
function alone({ place, at: met, untold }, { paired, folder }) {
  const told = [met ? `nobody there yet; last looked ${when(met)}` : `not met yet${paired ? "" : ": pair my devices first"}`];
  if (untold) told.push(`${many(untold, "entry", "entries")} to tell`);
  return row([place === folder.trim() ? `The folder ${place}` : place], told.join("; "));
}

const way = (place, folder) => (place === folder.trim() ? `in the folder ${place}` : `by ${place}`);

/** One that both had changed, in its own words where they are mine to read. */
async function conflict({ id, at: noted, won }, node) {
  const text = await read(id), about = `On ${day.format(noted * 1000)} at ${clock.format(noted * 1000)}; `;
  const title = text ? link(`/memory/${id}`, text) : "An entry that is gone, or another's";
  return won === node ? row([title], `${about}my change holds`) : row([title], `${about}what holds is of `, name(won));
}

async function read(id) {
  if (!words.has(id)) {
    const response = await fetch(`/api/memory/${id}`).catch(() => null), told = response?.ok ? await response.json() : {};
    words.set(id, (told.entry?.text ?? "").slice(0, SHORT));
  }
  return words.get(id);
}

function when(seconds) {
  const then = new Date(seconds * 1000), hour = `at ${clock.format(then)}`;
  return then.toDateString() === new Date().toDateString() ? hour : `on ${day.format(then)} ${hour}`;
}

/** What devices are called, as they said last; two of one name are told apart by what they are to me. */
function called({ name: own, node, peers }) {
  names.clear();
  for (const one of [...peers].sort((a, b) => a.at - b.at)) if (one.peer && one.name) names.set(one.peer, one.name);
  names.set(node, own);
}

function name(node) {
  const known = names.get(node), twice = [...names.values()].filter((one) => one === known).length > 1;
  if (known && !twice) return make("span", known);
  const made = make("span", `${known ?? "Device"} `);
  made.append(make("code", node));
  return made;
}

function row(title, about, ...more) {
  const made = make("li", "", "row"), inside = make("div"), head = make("h3"), below = make("p", about);
  head.append(...title);
  below.append(...more);
  inside.append(head, below);
  made.append(inside);
  return made;
}

function fill(id, rows) {
  at(id).hidden = !rows.length;
  at(id).querySelector(".rows").replaceChildren(...rows);
}

function state(text, care = false) {
  if (at("alike-state").textContent !== text) at("alike-state").textContent = text;
  at("alike-state").classList.toggle("care", care);
}

function wrong(text) {
  at("alike-wrong").textContent = text;
  at("alike-wrong").hidden = !text;
}

const make = (tag, text = "", className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
const link = (href, text) => Object.assign(make("a", text), { href });

if (!at("alike").hidden) {
  at("meet").addEventListener("click", meet);
  look();
}
