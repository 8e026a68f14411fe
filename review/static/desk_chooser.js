// What a decision asks for: a ground and a day by digits, or words. Esc leaves everything as it was.
"use strict";

class DeskChooser {
  constructor(sheet) {
    this.sheet = sheet;
    this.asked = null;
    sheet.addEventListener("click", (event) => {
      const digit = event.target.closest("[data-choice]");
      if (digit) this.choose(digit.dataset.choice);
      else if (event.target.closest("[data-chooser-done]")) this.finish();
    });
    sheet.addEventListener("keydown", (event) => this.key(event));
    sheet.addEventListener("close", () => (this.asked = null));
  }

  one(name) {
    return this.sheet.querySelector(`[data-${name}]`);
  }

  // asked: what ("defer", "part", "early", "open", "refer", "note"), then(chosen), code, until (advised), words, reason (needed)
  ask(asked) {
    this.asked = { ...asked, chosen: {} };
    this.one("chooser-code").textContent = asked.code;
    this.one("chooser-words").value = asked.words || "";
    this.one("chooser-day").value = "";
    this.one("advised-day").hidden = !asked.until;
    this.one("day").textContent = asked.until;
    this.one("advised-day").querySelector("button").dataset.choice = asked.until;
    this.sheet.showModal();
    this.step({ defer: "defer", part: "defer", early: "early" }[asked.what] || "words");
  }

  step(name) {
    this.asked.step = name;
    for (const part of this.sheet.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== name;
    const title = this.one("chooser-title");
    const { what } = this.asked;
    const said = name === "words" ? (what === "early" ? "open" : what) : name === "period" ? name : what;
    title.textContent = title.dataset[said];
    this.one("chooser-done").hidden = name === "defer" || name === "early";
    const first = `[data-step="${name}"] li:not([hidden]) button`;
    (name === "words" ? this.one("chooser-words") : this.sheet.querySelector(first)).focus();
  }

  key(event) {
    const typing = event.target.matches("textarea, input");
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && typing) {
      event.preventDefault();
      this.finish();
    } else if (!typing && /^[0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const shown = [...this.sheet.querySelectorAll("[data-step]:not([hidden]) li:not([hidden]) [data-choice]")];
      const found = shown.find((choice) => choice.querySelector("kbd").textContent === event.key);
      if (found) this.choose(found.dataset.choice);
    }
  }

  choose(value) {
    const { step, chosen, reason } = this.asked;
    if (step === "period") chosen.day = value;
    else chosen.ground = value;
    if (step === "defer") this.step("period");
    else if (step === "early" && reason) this.step("words");
    else this.finish();
  }

  finish() {
    const { then, chosen, step, what } = this.asked;
    chosen.reason = this.one("chooser-words").value.trim();
    if (step === "period" && !chosen.day) chosen.day = this.one("chooser-day").value;
    if ((step === "period" && !chosen.day) || (step === "words" && what !== "note" && !chosen.reason)) return;
    this.asked = null;
    this.sheet.close();
    then(chosen);
  }
}
