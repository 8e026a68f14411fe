// Keeps the progress of a job up to date: fetches its part of the page every two seconds, and loads the whole page
// anew when the job has ended, so that results and buttons appear. Without this script a link does the same by hand.
"use strict";

const EVERY = 2000;

async function refresh(part) {
  try {
    const answer = await fetch(part.dataset.progress, { credentials: "same-origin", redirect: "error" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".progress");
      if (!fresh || !fresh.dataset.progress) {
        window.location.reload();
        return;
      }
      if (part.innerHTML !== fresh.innerHTML) part.innerHTML = fresh.innerHTML;
    }
  } catch {
    // The server is away for a moment: ask again.
  }
  setTimeout(() => refresh(part), EVERY);
}

for (const part of document.querySelectorAll("[data-progress]")) {
  setTimeout(() => refresh(part), EVERY);
}
