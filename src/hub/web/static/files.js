// Gives the memory documents and what another remembered, lists both, and lets them be forgotten.

const at = (id) => document.getElementById(id);
const HOME = at("files").dataset.at;
const SETTLE_MS = 300;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const many = (count, one, several = `${one}s`) => (count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${several}`);
let brought = null, due = 0;

/* asking the memory */

/** Return what the memory answers; what it refuses is thrown in its own words. */
async function ask(path, options = {}) {
  const response = await fetch(`${HOME}/${path}`, options).catch(() => { throw new Error("The hub is away. Try again in a moment."); });
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  throw new Error([told.error ?? "Nothing takes files now.", told.fix ?? "Switch the memory plugin on."].join(" "));
}

const give = (path, file) => ask(path, { method: "POST", body: file, headers: { "content-type": "application/octet-stream" } });

/** Do something, and say what came of it, good or bad; nothing else is pressed meanwhile. */
async function act(work) {
  say("");
  try {
    say(await work());
  } catch (error) {
    say("", error.message);
  }
  await list();
}

function say(text, wrong = "") {
  for (const [place, told] of [[at("files-said"), text], [at("files-wrong"), wrong]]) {
    place.textContent = told;
    place.hidden = !told;
  }
}

/* documents */

async function keep(files) {
  for (const file of files) {
    say(`I am reading ${file.name}.`);
    await act(async () => {
      const { document: kept, added, changed, gone, unchanged } = await give(`documents?name=${encodeURIComponent(file.name)}`, file);
      if (!added && !changed && !gone) return `${kept.name} is as it was: ${many(unchanged, "part")}.`;
      const news = [[added, "new"], [changed, "changed"], [gone, "gone"]].filter(([count]) => count).map(([count, word]) => `${count.toLocaleString("en")} ${word}`);
      return `${kept.name} is kept: ${many(kept.parts, "part")}, ${news.join(", ")}.`;
    });
  }
}

at("document").addEventListener("change", ({ target }) => { keep([...target.files]).then(() => { target.value = ""; }); });

addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  at("drop").classList.add("over");
});
addEventListener("dragleave", ({ relatedTarget }) => { if (!relatedTarget) at("drop").classList.remove("over"); });
addEventListener("drop", (event) => {
  event.preventDefault();
  at("drop").classList.remove("over");
  keep([...event.dataTransfer.files]);
});

/* what another remembered */

at("import").addEventListener("change", ({ target }) => {
  [brought] = target.files;
  if (brought) act(async () => { show(await give("import/preview", brought)); return ""; });
});

function show(seen) {
  const held = [[seen.duplicates, "known already"], [seen.waiting, "to wait until you let them in"], [seen.left_out, "left out"]];
  const rest = held.filter(([count]) => count).map(([count, word]) => `${count.toLocaleString("en")} ${word}`);
  at("preview-told").textContent = `${many(seen.new, "new entry", "new entries")} of ${seen.found.toLocaleString("en")}${rest.length ? `; ${rest.join(", ")}` : ""}.`;
  at("preview-lost").textContent = behind(seen);
  at("preview-lost").hidden = !behind(seen);
  at("samples").replaceChildren(...seen.samples.map(({ text, created }) => row(text, created ? day.format(created * 1000) : "")));
  at("skipped").hidden = !seen.skipped.length;
  at("skipped-rows").replaceChildren(...seen.skipped.map(({ line, why }) => row(`${["chatgpt", "claude"].includes(seen.format) ? "Talk" : "Line"} ${line}`, why)));
  at("import-go").hidden = !seen.new;
  at("preview").hidden = false;
}

/** What of the entries cannot come along, by name and how often. */
function behind({ lost }) {
  const names = Object.entries(lost).map(([name, times]) => `${name} (${times.toLocaleString("en")})`);
  return names.length ? `Left out of these: ${names.join(", ")}.` : "";
}

function leave() {
  at("preview").hidden = true;
  at("import").value = "";
  brought = null;
}

at("import-not").addEventListener("click", leave);
at("import-go").addEventListener("click", () => {
  const file = brought;
  leave();
  if (file) { say(`I am taking in ${file.name}.`); act(() => taken(file)); }
});

async function taken(file) {
  const done = await give("import", file);
  return `${many(done.new, "entry", "entries")} brought in. ${behind(done)}`.trim();
}

/* lists */

at("files").addEventListener("toggle", ({ target }) => { if (!target.open) list(); }, true);

async function list() {
  const [{ documents }, { imports }] = await Promise.all([ask("documents"), ask("imports")]).catch((error) => { say("", error.message); return [{}, {}]; });
  if (!documents || document.querySelector("#files .confirm[open]")) return; // what is being answered stays
  at("documents").replaceChildren(...documents.map((one) => {
    const made = filled("document-row", one.name, `${many(one.parts, "part")}, kept ${day.format((one.changed || one.added) * 1000)}`, `documents/${one.id}`);
    made.querySelector("[data-ask]").href = `/memory?q=${encodeURIComponent(one.name.replace(/\.\w+$/, "").replace(/[-_]+/g, " "))}`;
    made.querySelector("[data-ask]").append(hidden(`: ${one.name}`));
    return made;
  }));
  at("documents-empty").hidden = documents.length > 0;
  at("imports").replaceChildren(...imports.map((one) => filled("import-row", `Brought on ${day.format(one.at * 1000)}`, many(one.entries, "entry", "entries"), `imports/${one.id}`)));
}

function filled(template, name, about, path) {
  const made = at(template).content.firstElementChild.cloneNode(true), confirm = made.querySelector(".confirm");
  made.querySelector("[data-name]").textContent = name;
  made.querySelector("[data-about]").textContent = about;
  confirm.querySelector("summary").append(hidden(`: ${name}`));
  confirm.querySelector("[data-keep]").addEventListener("click", () => { confirm.open = false; });
  confirm.querySelector("[data-forget]").addEventListener("click", () => {
    confirm.open = false;
    act(async () => `Forgotten, for good: ${many((await ask(path, { method: "DELETE" })).forgotten, "entry", "entries")}.`);
  });
  return made;
}

function row(title, about) {
  const made = make("li", "", "row"), inside = make("div");
  inside.append(make("h3", title), make("p", about));
  made.append(inside);
  return made;
}

const make = (tag, text = "", className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
const hidden = (text) => make("span", text, "sr");

addEventListener("hub:swap", ({ detail }) => {
  if (detail.target !== "#memory-now") return;
  clearTimeout(due);
  due = setTimeout(list, SETTLE_MS);
});
if (!at("files").hidden) list();
