// Nothing typed is lost. What stands in a form marked data-keep is kept on this machine, by person, page and form, until
// the server has taken it: through a closed tab, an expired session, a refused form. Passwords and files never are.
// It goes at sign-out, when somebody else signs in here, and after a week.

const PREFIX = "qifeng:kept:";
const SENT = "qifeng:sent"; // the form that this tab sent and has no answer to yet
const LOST = "qifeng:lost"; // the form whose sending came to nothing
const A_WEEK = 7 * 24 * 60 * 60 * 1000;
const person = document.body.dataset.person;

const kept = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const forget = (keys) => keys.forEach((key) => localStorage.removeItem(key));

const fields = (form) =>
  [...form.elements].filter(
    (field) =>
      field.name &&
      !["hidden", "password", "file", "submit", "button", "reset"].includes(field.type) &&
      field.tagName !== "BUTTON" &&
      field.tagName !== "FIELDSET" &&
      !(field.autocomplete || "").includes("password"),
  );

// Which form it is: its page, where it goes, its name, and the record that its hidden fields name.
const keyOf = (form) => {
  const hidden = [...form.querySelectorAll("input[type=hidden]")].filter((field) => field.name !== "csrfmiddlewaretoken");
  const record = hidden.map((field) => `${field.name}=${field.value}`).join("&");
  const to = new URL(form.getAttribute("action") || location.pathname, location.href);
  return `${PREFIX}${person}:${location.pathname}:${to.pathname}${to.hash}:${form.dataset.keep}:${record}`;
};

const untouched = (field) => {
  if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value === field.defaultValue;
  const options = [...field.options];
  const chosen = options.some((option) => option.defaultSelected);
  return chosen ? options.every((option) => option.selected === option.defaultSelected) : field.selectedIndex < 1;
};

const valuesOf = (form) =>
  fields(form).map((field) =>
    field.type === "checkbox" || field.type === "radio" ? [field.name, field.value, field.checked] : [field.name, field.value],
  );

const keep = (form) => {
  const key = keyOf(form);
  if (fields(form).every(untouched)) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: valuesOf(form) }));
};

const putBack = (form, values) => {
  for (const [name, value, checked] of values) {
    const same = fields(form).filter((field) => field.name === name);
    if (checked === undefined) same.slice(0, 1).forEach((field) => (field.value = value));
    else same.filter((field) => field.value === value).forEach((field) => (field.checked = checked));
  }
  form.querySelectorAll("details").forEach((part) => (part.open = true));
  form.dispatchEvent(new Event("input", { bubbles: true }));
};

const offer = (form, key, lost) => {
  const { values } = JSON.parse(localStorage.getItem(key));
  const said = document.getElementById("kept").content.cloneNode(true).firstElementChild;
  if (lost) {
    putBack(form, values);
    said.querySelector("[data-offered]").hidden = said.querySelector("[data-restore]").hidden = true;
    said.querySelector("[data-restored]").hidden = false;
  }
  said.querySelector("[data-restore]").addEventListener("click", () => {
    said.remove();
    putBack(form, values);
    fields(form)[0]?.focus();
  });
  said.querySelector("[data-discard]").addEventListener("click", () => {
    said.remove();
    if (lost) form.reset();
    localStorage.removeItem(key);
  });
  for (let part = form.closest("details"); lost && part; part = part.parentElement.closest("details")) part.open = true;
  form.prepend(said);
};

const begin = (form, lost) => {
  const key = keyOf(form);
  if (localStorage.getItem(key)) offer(form, key, lost === key);
};

// What came of the form that was sent from this tab: an answer of the house without a refusal means that it was taken.
const outcome = () => {
  const sent = sessionStorage.getItem(SENT);
  const lost = sessionStorage.getItem(LOST);
  sessionStorage.removeItem(SENT);
  if (!person) {
    if (sent) sessionStorage.setItem(LOST, sent); // the session was over: sign-in stands in between
    return null;
  }
  sessionStorage.removeItem(LOST);
  if (!sent) return lost;
  const way = performance.getEntriesByType("navigation")[0]?.type;
  const refused = document.querySelector("main [role=alert], main .errorlist, main [data-refused]");
  if (way === "navigate" && !refused) {
    localStorage.removeItem(sent);
    return null;
  }
  if (document.querySelector("main [data-refused]")) sessionStorage.setItem(LOST, sent); // that page holds no form
  return sent;
};

try {
  const lost = outcome();
  if (person) {
    const old = (key) => !key.startsWith(`${PREFIX}${person}:`) || Date.now() - JSON.parse(localStorage.getItem(key)).at > A_WEEK;
    forget(kept().filter(old));
    document.querySelectorAll("form[data-keep]").forEach((form) => begin(form, lost));
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-keep]") ?? event.target.form;
    if (person && form?.matches("[data-keep]")) keep(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-forget]")) forget(kept());
    else if (event.target.matches("[data-keep]") && !event.defaultPrevented) {
      keep(event.target);
      sessionStorage.setItem(SENT, keyOf(event.target));
    }
  });
} catch {
  // Storage may be full, or shut by the house's own rules: then nothing is kept, and all else works.
}
