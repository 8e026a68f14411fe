// Tries a title or an example without leaving the page: sends the form as its button would, and takes the results out of
// the page that comes back. Without this script the button loads that page.
"use strict";

for (const form of document.querySelectorAll("form[data-try]")) {
  let byItself = false;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const shown = document.querySelector("[data-tried]");
    if (byItself || !shown || (button && button.name === "verb" && button.value !== "try")) return;
    event.preventDefault();
    const sent = new FormData(form, button);
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, credentials: "same-origin", redirect: "error" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-tried]");
      if (!fresh) throw new Error("no results in the answer");
      shown.replaceChildren(...document.adoptNode(fresh).childNodes);
      shown.scrollIntoView({ block: "nearest" });
    } catch {
      // The server is away, or the session is over: the button does it by itself, so that the reason is seen.
      byItself = true;
      form.requestSubmit(button);
    } finally {
      shown.removeAttribute("aria-busy");
    }
  });
}
