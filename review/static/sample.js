// The sample by single keys, as at the review desk: J and K or Space from one drawn entry to the next, Y it is right,
// X an error, with the words of what is wrong. Without this script each entry's own form does the same.
"use strict";

(() => {
  const rows = [...document.querySelectorAll("[data-sampled]")];
  const keysOn = localStorage.getItem("qifeng-keys") !== "off";
  if (!rows.length || !keysOn) return;
  let here = null;

  function focus(row) {
    if (!row) return;
    here?.classList.remove("is-here");
    here = row;
    row.classList.add("is-here");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function judge(right) {
    const form = here.querySelector("form");
    if (!form) return;
    form.closest("details").open = true;
    form.elements.right.value = right;
    if (right === "yes") form.querySelector("button[value=judge]").click();
    else form.elements.note.focus();
  }

  const acts = {
    j: () => focus(rows[rows.indexOf(here) + 1]),
    " ": () => focus(rows[rows.indexOf(here) + 1]),
    k: () => focus(rows[rows.indexOf(here) - 1]),
    y: () => judge("yes"),
    x: () => judge("no"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("textarea, input, select")) return event.target.blur();
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing || event.repeat) return;
    if (event.target.matches("input, textarea, select") || (event.key === " " && event.target.matches("a, button, summary"))) return;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.querySelector("[data-sample-keys]").hidden = false;
  const from = window.location.hash ? rows.findIndex((row) => `#${row.id}` === window.location.hash) : -1;
  const next = rows.slice(from + 1).find((row) => !row.classList.contains("is-done"));
  focus(next || rows.find((row) => !row.classList.contains("is-done")) || rows[0]);
})();
