// The box to try the language models: the answer is shown as it comes, then who gave it.

const STREAM = "application/x-ndjson";
const at = (id) => document.getElementById(id);

document.addEventListener("submit", (event) => {
  if (event.target.id !== "try") return;
  event.preventDefault();
  ask(event.target);
}, true);

async function ask(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  begin();
  try {
    const response = await fetch(form.action, { method: "POST", headers: { accept: STREAM }, body: new URLSearchParams(new FormData(form)) });
    if (response.headers.get("content-type")?.startsWith(STREAM)) await read(response.body);
    else refuse(await wrong(response));
  } catch {
    refuse("The hub is away. Try again in a moment.");
  } finally {
    button.disabled = false;
  }
}

async function read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let left = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (left + value).split("\n");
    left = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  }
}

function take({ text, by, passed, wrong }) {
  if (text) at("tried-text").append(text);
  if (wrong) refuse(wrong);
  if (by === undefined) return;
  at("tried-by").textContent = by;
  at("tried-passed").replaceChildren(...passed.map((why) => Object.assign(document.createElement("li"), { textContent: why })));
}

function begin() {
  at("try-wrong").hidden = true;
  at("try-text").removeAttribute("aria-invalid");
  for (const id of ["tried-text", "tried-by", "tried-passed"]) at(id).replaceChildren();
  at("tried-by").textContent = "Asking";
  at("tried").hidden = false;
}

function refuse(text) {
  at("tried").hidden = !at("tried-text").textContent;
  at("tried-by").textContent = "";
  at("try-wrong").textContent = text;
  at("try-wrong").hidden = false;
}

/** What a page that is no stream says went wrong. */
async function wrong(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector("#try-wrong:not([hidden])")?.textContent || [...page.querySelectorAll(".told")].map((part) => part.textContent).join(" ") || "That did not work. Try again.";
}
