// The phone's two panes and its write button.

/** @param {{panes: HTMLElement, write: HTMLInputElement}} places */
export function bind({ panes, write }) {
  const toWrite = document.getElementById("side-write"), toHouse = document.getElementById("side-house");
  const inHouse = () => panes.scrollLeft > panes.clientWidth / 2;
  const go = (house) => panes.scrollTo({ left: house ? panes.scrollWidth : 0 });
  const mark = () => {
    toHouse.setAttribute("aria-current", String(inHouse()));
    toHouse.querySelector("span").firstChild.data = inHouse() ? "Talk " : "Overview ";
  };
  toHouse.addEventListener("click", (event) => { event.preventDefault(); go(!inHouse()); });
  toWrite.addEventListener("click", () => {
    const open = !("write" in document.body.dataset) || inHouse();
    go(false);
    document.body.toggleAttribute("data-write", open);
    toWrite.setAttribute("aria-pressed", String(open));
    if (open) write.focus({ preventScroll: true });
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href^='#plugin-'], a[href='#needs']");
    if (link && matchMedia("(max-width: 720px)").matches) go(true);
  });
  panes.addEventListener("scroll", mark, { passive: true });
  document.documentElement.classList.add("scripted");
  mark();
}
