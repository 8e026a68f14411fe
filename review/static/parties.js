// J and K go from one difference to the next, while the focus is in the list of them. Nothing here is needed.
document.addEventListener("keydown", (event) => {
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  const here = event.target.closest("[data-step]");
  if (!by || !here || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const rows = [...document.querySelectorAll("[data-step]")];
  const next = rows[rows.indexOf(here) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "start" });
});
