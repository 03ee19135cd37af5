// Copy an answer or a piece of code, and say so.

const SAID_MS = 2000;

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element && target.closest("[data-copy]");
  if (!button) return;
  const place = button.dataset.copy === "code" ? button.closest(".code").querySelector("pre") : button.closest(".turn").querySelector(".answer");
  const done = await copy(place.dataset.text ?? place.textContent.trim());
  tell(button, done ? "Copied" : "Press Ctrl C to copy");
  if (!done) getSelection().selectAllChildren(place);
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);       // only there over HTTPS and on this machine
    return true;
  } catch {
    return old(text);
  }
}

function old(text) {
  const focused = document.activeElement;
  const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}

function tell(button, word) {
  const before = button.dataset.word ??= button.textContent;
  document.getElementById("said").textContent = word;
  button.textContent = word;
  clearTimeout(button.wait);
  button.wait = setTimeout(() => { button.textContent = before; }, SAID_MS);
}
