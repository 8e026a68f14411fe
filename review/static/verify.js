// The verification page: the digest of a file is made here, and only the digest is sent.

const most = 512 * 2 ** 20;

for (const form of document.querySelectorAll("form[data-verify]")) {
  form.addEventListener("submit", async (event) => {
    const file = form.querySelector("input[type=file]").files[0];
    // Without a secure connection browsers offer no digests: then the file itself is sent, and nothing of it is kept.
    if (!file || !globalThis.crypto?.subtle) return;
    event.preventDefault();
    const said = form.querySelector("[data-progress]");
    if (file.size > most) {
      said.textContent = said.dataset.tooLarge;
      return;
    }
    said.textContent = said.dataset.working;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const text = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    location.assign(`${form.action.split("?")[0]}?${new URLSearchParams({ q: text, name: file.name })}`);
  });
}
