// The event stream: what happens comes in at the top; filters, pause, and the story of one trace.

const at = (id) => document.getElementById(id);
const form = at("stream-filter"), pause = at("stream-pause");
const waiting = [];
let paused = false;

const list = () => at("stream");
const markup = (html) => new DOMParser().parseFromString(html, "text/html").body;
const number = (row) => Number(row.id.slice(1));

function chosen() {
  const fields = new FormData(form);
  return { kind: fields.get("kind"), faults: fields.has("faults"), q: fields.get("q").trim().toLowerCase(), trace: fields.get("trace").trim() };
}

function fits(row, { kind, faults, q, trace }) {
  return (kind === "all" || row.dataset.kind === kind) && (!faults || row.matches(".care, .stop"))
    && (!trace || row.dataset.trace === trace) && (!q || row.querySelector("summary").textContent.toLowerCase().includes(q));
}

/** Show what the filter takes, and put the filter into the address. */
function sift() {
  const wanted = chosen();
  for (const row of list().children) row.hidden = !fits(row, wanted);
  const address = new URLSearchParams(Object.entries(wanted).filter(([name, value]) => value && !(name === "kind" && value === "all")).map(([name, value]) => [name, value === true ? "1" : value]));
  history.replaceState(null, "", address.size ? `/events?${address}` : "/events");
  tell();
}

function tell() {
  const rows = [...list().children], shown = rows.filter((row) => !row.hidden).length;
  at("stream-count").textContent = `${shown} of ${rows.length} shown`;
  at("stream-empty").hidden = shown > 0;
}

/** Put rows, in any order, where they belong; each stands once, and the oldest go. */
function add(html) {
  const wanted = chosen();
  for (const row of markup(html).querySelectorAll("li")) {
    if (at(row.id)) continue;
    row.hidden = !fits(row, wanted);
    const next = [...list().children].find((other) => number(other) < number(row));
    list().insertBefore(row, next ?? null);
  }
  const most = Number(list().dataset.most);
  for (let row = list().lastElementChild; list().children.length > most && row; row = list().lastElementChild) row.remove();
  tell();
}

function take(html) {
  if (!paused) return add(html);
  waiting.push(html);
  if (waiting.length > Number(list().dataset.most)) waiting.shift();
  return label();
}

function label() {
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? `Go on${waiting.length ? `, ${waiting.length} wait` : ""}` : "Pause";
}

function toggle() {
  paused = !paused;
  if (!paused) add(waiting.splice(0).join(""));
  label();
}

/** What happened while there was no connection, or before there was one. */
async function catchUp() {
  const first = list().firstElementChild;
  const answer = await fetch(`/events/rows?since=${first ? number(first) : 0}`).catch(() => null);
  if (answer?.ok) take(await answer.text());
}

addEventListener("hub:happened", ({ detail }) => take(detail.html));
addEventListener("hub:welcome", catchUp);
pause.addEventListener("click", toggle);
form.addEventListener("input", sift);
form.addEventListener("submit", (event) => { event.preventDefault(); sift(); });

list().addEventListener("toggle", async ({ target }) => {
  const inside = target.querySelector(".inside");
  if (!target.open || inside.dataset.whole) return;
  inside.dataset.whole = "1";
  const answer = await fetch(`/events/${number(target.parentElement)}?part`).catch(() => null);
  if (answer?.ok) inside.replaceChildren(...markup(await answer.text()).childNodes);
  else delete inside.dataset.whole;
}, true);

list().addEventListener("click", (event) => {
  const story = event.target.closest("[data-story]")?.dataset.story;
  if (!story) return;
  event.preventDefault();
  form.reset();
  form.elements.kind.value = "all";
  form.elements.faults.checked = false;
  form.elements.q.value = "";
  form.elements.trace.value = story;
  sift();
  at("stream-trace").focus();
});

at("stream-go").hidden = true;       // the filter acts as it is changed
pause.hidden = false;
