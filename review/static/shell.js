// What the shell does beyond HTML: menus that close, words that explain themselves to a finger.

const unfolded = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of unfolded()) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
  for (const term of document.querySelectorAll(".term")) term.classList.add("is-quiet");
});

for (const moved of ["pointerdown", "focusin"]) {
  document.addEventListener(moved, (event) => {
    for (const menu of unfolded()) if (!menu.contains(event.target)) menu.open = false;
  });
}

// An explanation stands by its word, inside the window and over whatever scrolls; on a phone at the window's foot.
const place = (term) => {
  term.classList.remove("is-quiet");
  const told = term.querySelector(".term__told");
  told.removeAttribute("style");
  if (matchMedia("(max-width: 45rem)").matches) return;
  const word = term.getBoundingClientRect();
  told.style.position = "fixed";
  const { width, height } = told.getBoundingClientRect();
  const below = word.bottom + height + 8 < innerHeight;
  told.style.left = `${Math.max(8, Math.min(word.left, document.documentElement.clientWidth - width - 8))}px`;
  told.style.top = `${below ? word.bottom : word.top - height - 8}px`;
};

for (const term of document.querySelectorAll(".term")) {
  term.addEventListener("pointerenter", () => place(term));
  term.addEventListener("focusin", () => place(term));
  // A finger has no hover: its first touch shows the explanation, the second follows the link to the glossary.
  term.querySelector("a").addEventListener("click", (event) => {
    if (!matchMedia("(hover: none)").matches || term.classList.contains("is-told")) return;
    event.preventDefault();
    term.classList.add("is-told");
  });
  term.addEventListener("focusout", () => term.classList.remove("is-told"));
}

const scrolled = () => {
  for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) term.classList.add("is-quiet");
};
document.addEventListener("scroll", scrolled, { capture: true, passive: true });
