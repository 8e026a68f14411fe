// The review desk under the hands: one entry in focus, single keys, and beside it why it stands there. A decision is
// shown at once and sent by the queue; a refused one is taken back, with the reason in its row. Without this script the
// rows' own forms do the same.
"use strict";

(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const one = (name, root = document) => root.querySelector(`[data-${name}]`);
  const rows = [...desk.querySelectorAll("[data-entry]")];
  const [pane, bar, help] = ["pane", "keybar", "help"].map((name) => one(name));
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
  const mayAct = !("readOnly" in desk.dataset);
  const remembered = (name) => JSON.parse(sessionStorage.getItem(name) || "null");
  const remember = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));
  const given = `given:${desk.dataset.desk}`; // when this tab decided, newest last
  const before = new Map(); // what a row was before a decision that is on its way
  const notes = new Map();
  let here = null;
  let keysOn = localStorage.getItem("qifeng-keys") !== "off";

  // Saying ------------------------------------------------------------------

  const say = (text) => (one("keybar-said").textContent = text || "");
  const queue = new DeskQueue(desk.dataset.desk, token, {
    state(word, waiting) {
      const state = one("state");
      state.dataset.is = word;
      state.textContent = state.dataset[word] + (waiting ? ` ${waiting}` : "");
      one("reload").hidden = word !== "away";
    },
    done(item, answer) {
      before.delete(item.fields.entry);
      for (const [pk, now] of Object.entries(answer.entries || {})) show(pk, now);
      if (answer.at) remember(given, [...(remembered(given) || []), answer.at].slice(-200));
      if (item.fields.verb !== "decide" && item.fields.verb !== "follow") say(answer.said);
      if ("left" in answer) count(answer);
    },
    refused(item, sentence) {
      const row = rowOf(item.fields.entry);
      say(sentence);
      if (!row) return;
      const was = before.get(item.fields.entry);
      if (was) {
        one("said", row).innerHTML = was.html;
        row.classList.toggle("is-done", was.done);
        before.delete(item.fields.entry);
      }
      row.classList.add("is-refused");
      row.classList.remove("is-waiting");
      one("refused", row).textContent = sentence;
      one("refused", row).hidden = false;
    },
  });

  function rowOf(pk) {
    return rows.find((row) => row.dataset.entry === String(pk));
  }

  function show(pk, now) {
    const row = rowOf(pk);
    if (!row) return;
    one("said", row).innerHTML = now.html;
    row.dataset.saw = now.saw;
    row.classList.toggle("is-done", now.saw !== 0);
    row.classList.remove("is-waiting");
  }

  function count(answer) {
    for (const node of document.querySelectorAll("[data-left]")) node.textContent = answer.left;
    for (const node of document.querySelectorAll("[data-left-of]")) {
      const left = answer.groups?.[node.dataset.leftOf];
      if (left !== undefined) node.textContent = left;
    }
    const progress = document.querySelector(".page-head progress");
    if (progress) progress.value = progress.max - answer.left;
    const today = one("today");
    if (today) today.textContent = answer.today;
    const hand = document.querySelector("button[value=hand_on]");
    if (hand && !answer.left) hand.disabled = false;
  }

  // Focus -------------------------------------------------------------------

  function focus(row, { scroll = true } = {}) {
    if (!row) return;
    here?.classList.remove("is-here");
    here = row;
    row.classList.add("is-here");
    row.tabIndex = -1;
    if (scroll) {
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
    explain(row);
  }

  function step(by) {
    const place = rows.indexOf(here) + by;
    if (place >= 0 && place < rows.length) return focus(rows[place]);
    if (by > 0) leave();
  }

  // Past the last row: on to what is undecided, once everything is saved.
  function leave() {
    if (!mayAct) return document.querySelector("a[rel=next]")?.click();
    if (!queue.waiting) window.location.assign(desk.dataset.next);
    else if (one("state").dataset.is === "waiting") setTimeout(leave, 60);
  }

  function explain(row) {
    const told = document.createDocumentFragment();
    const code = document.createElement("p");
    code.className = "code quiet";
    code.textContent = row.dataset.code;
    told.append(code);
    if (row.dataset.image) {
      const picture = document.createElement("img");
      picture.src = `${row.dataset.image}?width=400`;
      picture.alt = "";
      picture.className = "why__image";
      const link = document.createElement("a");
      link.href = row.querySelector("[data-view]").href;
      link.append(picture);
      told.append(link);
    }
    for (const part of row.querySelectorAll(".entry__meta > :not(span, bdi)")) told.append(part.cloneNode(true));
    if (!told.querySelector(".finding")) {
      const nothing = document.createElement("p");
      nothing.className = "quiet";
      nothing.textContent = pane.dataset.nothing;
      told.append(nothing);
    }
    for (const part of told.querySelectorAll("details.finding__why")) part.open = true;
    pane.replaceChildren(told);
    pane.scrollTop = 0;
  }

  // Acts --------------------------------------------------------------------

  const BADGES = { open: "open", open_early: "early", partial: "partial", defer: "defer", refer: "refer" };

  function decide(fields) {
    const row = here;
    const entry = row.dataset.entry;
    const note = notes.get(entry);
    if (note && !fields.reason) fields.reason = note;
    if (!before.has(entry)) {
      before.set(entry, { html: one("said", row).innerHTML, done: row.classList.contains("is-done") });
    }
    const badge = document.createElement("span");
    badge.className = `badge badge--${BADGES[fields.outcome]}`;
    badge.textContent = document.querySelector(`.key--${BADGES[fields.outcome]}`).lastChild.textContent.trim();
    one("said", row).replaceChildren(badge);
    row.classList.add("is-done", "is-waiting");
    row.classList.remove("is-refused");
    one("refused", row).hidden = true;
    row.dataset.mine = JSON.stringify(fields);
    remember("last-decision", fields);
    queue.add({ verb: "decide", entry, saw: row.dataset.saw, ...fields });
    step(1);
  }

  // Whether the rules advise to keep it closed: to open it all the same takes a reason.
  const against = () => here.dataset.advice === "defer" || here.dataset.advice === "refer";
  // What one follows here: the rules' advice, or at second review what first review decided.
  const followed = () => JSON.parse(here.dataset.follow || "{}");
  const decidedHere = () => JSON.parse(here.dataset.mine || "null");

  const chooser = new DeskChooser(one("chooser"));
  const ask = (what, then, words = "") =>
    chooser.ask({ what, then, words, code: here.dataset.code, until: followed().opens_on || "", reason: against() });

  const ACTS = {
    open() {
      if (against() && !notes.get(here.dataset.entry)) ask("open", ({ reason }) => decide({ outcome: "open", reason }));
      else decide({ outcome: "open" });
    },
    defer() {
      if (followed().outcome === "defer") decide(followed());
      else ACTS.choose();
    },
    choose() {
      ask("defer", ({ ground, day }) => decide({ outcome: "defer", ground, opens_on: day }));
    },
    part() {
      if (followed().outcome === "partial") decide(followed());
      else ask("part", ({ ground, day }) => decide({ outcome: "partial", ground, opens_on: day }));
    },
    early() {
      if (followed().outcome === "open_early") decide(followed());
      else ask("early", ({ ground, reason }) => decide({ outcome: "open_early", ground, reason }));
    },
    refer() {
      if (followed().outcome === "refer") decide(followed());
      else ask("refer", ({ reason }) => decide({ outcome: "refer", reason }));
    },
    agree() {
      if (followed().outcome) decide(followed());
      else say(one("keybar-said").dataset.none);
    },
    repeat() {
      const last = remembered("last-decision");
      if (last) decide({ ...last });
    },
    title() {
      const form = one("title-form", here);
      form.closest("details").open = true;
      const words = form.querySelector("textarea");
      words.focus();
      if (!words.value) propose(form, words);
    },
    note() {
      const mine = decidedHere();
      ask("note", ({ reason }) => {
        notes.set(here.dataset.entry, reason);
        if (mine) decide({ ...mine, reason });
      }, mine?.reason);
    },
    undo() {
      const unsent = queue.takeLast();
      const offer = one("undo-offer");
      const times = remembered(given) || [];
      if (unsent) {
        const row = rowOf(unsent.fields.entry);
        const was = before.get(unsent.fields.entry);
        if (row && was) {
          one("said", row).innerHTML = was.html;
          row.classList.toggle("is-done", was.done);
          row.classList.remove("is-waiting");
          before.delete(unsent.fields.entry);
          focus(row);
        }
      } else if (offer) {
        offer.querySelector("button").click();
      } else if (times.length) {
        const at = times.pop();
        remember(given, times);
        queue.add({ verb: "undo", given_at: at });
      }
    },
    next: () => step(1),
    previous: () => step(-1),
    group() {
      if (desk.dataset.group) window.location.assign(desk.dataset.group);
    },
    view() {
      here.querySelector("[data-view]")?.click();
    },
    filter() {
      one("filter").focus();
    },
    help: () => help.showModal(),
  };
  const FREE = new Set(["next", "previous", "view", "filter", "help"]); // for whoever may only look
  const ANYWHERE = new Set(["group", "undo", "filter", "help"]); // without an entry in focus
  const KEYS = {
    o: "open", d: "defer", p: "part", c: "choose", e: "early", r: "refer", a: "agree", ".": "repeat", t: "title", n: "note",
    u: "undo", j: "next", " ": "next", k: "previous", g: "group", v: "view", "/": "filter", "?": "help",
  };

  function act(name) {
    if ((mayAct || FREE.has(name)) && (here || ANYWHERE.has(name))) ACTS[name]();
  }

  // The public title, proposed where the title says too much, and screened while it is written -----------------

  async function propose(form, words) {
    const found = await queue.post({ entry: form.elements.entry.value, verb: "try_title" });
    if (found?.proposed && !words.value) words.value = found.proposed;
  }

  let pause = 0;
  desk.addEventListener("input", (event) => {
    const form = event.target.closest("[data-title-form]");
    if (!form) return;
    clearTimeout(pause);
    pause = setTimeout(async () => {
      const found = await queue.post({ ...Object.fromEntries(new FormData(form)), verb: "try_title" });
      const hits = one("title-hits", form);
      hits.textContent = found?.hits?.length ? `${pane.dataset.hits} ${found.hits.join("、")}` : "";
    }, 400);
  });

  // Keys ----------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("textarea, input, select")) return event.target.blur();
    if (!keysOn || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.target.matches("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    if (event.key === " " && event.target.matches("a, button, summary")) return;
    const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!name || (event.shiftKey && event.key !== "?")) return;
    event.preventDefault();
    act(name);
  });
  bar.addEventListener("click", (event) => {
    const key = event.target.closest("[data-act]");
    if (key) act(key.dataset.act);
  });
  desk.addEventListener("click", (event) => {
    const row = event.target.closest("[data-entry]");
    if (row && row !== here) focus(row, { scroll: false });
  });
  desk.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-entry]");
    if (row && row !== here) focus(row, { scroll: false });
  });
  const on = one("keys-on");
  on.checked = keysOn;
  on.addEventListener("change", () => {
    keysOn = on.checked;
    localStorage.setItem("qifeng-keys", keysOn ? "on" : "off");
    document.body.classList.toggle("keys-off", !keysOn);
  });

  // Beginning -----------------------------------------------------------------

  document.body.classList.toggle("keys-off", !keysOn);
  desk.classList.add("desk--keys");
  bar.hidden = false;
  pane.hidden = rows.length === 0;
  const groups = one("groups");
  if (window.matchMedia("(max-width: 45rem)").matches) groups.open = false;
  const asked = window.location.hash && desk.querySelector(window.location.hash);
  focus(asked || rows.find((row) => !row.classList.contains("is-done")) || rows[0], { scroll: Boolean(asked) });
  const offer = one("undo-offer");
  if (offer) setTimeout(() => offer.remove(), 10000);
  if (queue.waiting) queue.send();
})();
