// A group can be decided when every drawn entry was in sight: until then its box cannot be ticked. The server asks for the
// look as well; without this script the box is simply required.
"use strict";

(() => {
  const drawn = [...document.querySelectorAll(".drawn > .entry")];
  const box = document.querySelector("[data-looked]");
  const button = document.querySelector("[data-needs-look]");
  if (!box) return;
  const unseen = new Set(drawn);
  const allow = () => {
    box.disabled = unseen.size > 0;
    if (button) button.disabled = !box.checked;
  };
  const watch = new IntersectionObserver(
    (seen) => {
      for (const one of seen) {
        if (!one.isIntersecting) continue;
        unseen.delete(one.target);
        watch.unobserve(one.target);
      }
      allow();
    },
    { rootMargin: "-10% 0px" }, // at the edge is not in sight
  );
  drawn.forEach((one) => watch.observe(one));
  box.addEventListener("change", allow);
  allow();
})();
