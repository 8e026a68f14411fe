// The redaction desk: a box is drawn on the page by mouse, finger or keys. It fills the fields that the form sends;
// without this script the same fields are filled by hand.

const WHOLE = 10_000;
const STEP = 50;
const form = document.querySelector("[data-redact]");
const sheet = form?.querySelector("[data-sheet]");
const draft = sheet?.querySelector("[data-draft]");

if (draft) {
  const picture = sheet.querySelector("img");
  const fields = Object.fromEntries([...form.querySelectorAll("[data-box]")].map((field) => [field.dataset.box, field]));
  const keys = form.querySelector("[data-keys]");
  let box = null;

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  const draw = (next, write = true) => {
    box = next;
    for (const name of ["x", "y", "width", "height"]) {
      draft.setAttribute(name, box ? box[name] : 0);
      if (write) fields[name].value = box ? (box[name] / 100).toFixed(2) : "";
    }
  };

  const placeOf = (event) => {
    const shown = picture.getBoundingClientRect();
    return {
      x: clamp(Math.round(((event.clientX - shown.left) / shown.width) * WHOLE), 0, WHOLE),
      y: clamp(Math.round(((event.clientY - shown.top) / shown.height) * WHOLE), 0, WHOLE),
    };
  };

  const between = (one, other) => ({
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  });

  // A finger scrolls the page until its owner says that it draws.
  const finger = form.querySelector("[data-draw]");
  finger.hidden = !window.matchMedia("(any-pointer: coarse)").matches;
  finger.addEventListener("click", () => {
    const draws = sheet.classList.toggle("is-drawing");
    finger.setAttribute("aria-pressed", String(draws));
    if (draws) sheet.scrollIntoView({ block: "nearest" });
  });

  let from = null;
  sheet.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" && !sheet.classList.contains("is-drawing")) return;
    if (event.button !== 0 || event.target.closest("figcaption")) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    from = placeOf(event);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (from) draw(between(from, placeOf(event)));
  });
  sheet.addEventListener("pointerup", (event) => {
    if (!from) return;
    const drawn = between(from, placeOf(event));
    from = null;
    draw(drawn.width > 20 && drawn.height > 20 ? drawn : null);
    if (box) form.querySelector("[name=verb][value=box]").focus({ preventScroll: true });
  });
  sheet.addEventListener("pointercancel", () => { from = null; });

  // What is typed into the fields shows on the page at once.
  for (const field of Object.values(fields)) {
    field.addEventListener("input", () => {
      const typed = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, Math.round(parseFloat(one.value) * 100)]));
      if (Object.values(typed).every((value) => Number.isFinite(value) && value >= 0)) draw(typed, false);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      form.querySelector("[name=verb][value=box]").click();
    });
  }

  keys.hidden = false;
  keys.addEventListener("click", () => {
    if (!box) draw({ x: 4000, y: 4500, width: 2000, height: 400 });
    keys.focus();
  });
  keys.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const now = box ?? { x: 4000, y: 4500, width: 2000, height: 400 };
    const [across, down] = move.map((step) => step * (event.altKey ? STEP / 10 : STEP));
    draw(event.shiftKey
      ? { ...now, width: clamp(now.width + across, STEP, WHOLE - now.x), height: clamp(now.height + down, STEP, WHOLE - now.y) }
      : { ...now, x: clamp(now.x + across, 0, WHOLE - now.width), y: clamp(now.y + down, 0, WHOLE - now.height) });
  });
}

// A mark of the list lights up on the page.
for (const row of document.querySelectorAll("[data-mark]")) {
  const shown = document.getElementById(`box-${row.dataset.mark}`);
  for (const [event, on] of [["pointerenter", true], ["focusin", true], ["pointerleave", false], ["focusout", false]]) {
    row.addEventListener(event, () => shown?.classList.toggle("is-shown", on));
  }
}
