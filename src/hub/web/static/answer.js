// Answers a question in the talk that asks it: nobody has to leave, and a talk by voice goes on.
import "./approvals.js";

const say = (text) => { document.getElementById("said").textContent = text; };

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".talk-asks .answer");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  answer(form, event.submitter);
});

async function answer(form, button) {
  const yes = button?.hasAttribute("formaction");
  const body = new URLSearchParams(new FormData(form));
  try {
    const place = yes ? button.getAttribute("formaction") : form.getAttribute("action");
    const response = await fetch(place, { method: "POST", body, headers: { accept: "text/html" }, redirect: "manual" });
    if (response.type !== "opaqueredirect") return refuse(form, await response.text());
    say(yes ? "Approved, and done." : "Denied. Nothing was done.");
    document.getElementById("lines").focus({ preventScroll: true });       // what was pressed goes away
  } catch {
    say("The hub is away. Try again in a moment.");
  }
  return undefined;
}

function refuse(form, page) {
  const told = new DOMParser().parseFromString(page, "text/html").querySelectorAll(".told");
  const line = form.querySelector(".wrong") ?? form.appendChild(Object.assign(document.createElement("p"), { className: "wrong" }));
  line.setAttribute("role", "alert");
  line.textContent = [...told].map((part) => part.textContent).join(" ");
}
