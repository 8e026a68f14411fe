// The decisions on their way to the server: each is kept in the browser until the server has answered, sent in order,
// and sent again after a lost connection or a new sign-in. The server records a decision sent twice once.
"use strict";

class DeskQueue {
  static KEEP = 3 * 24 * 3600 * 1000; // what nobody came back for in three days is not sent any more

  constructor(name, token, told) {
    this.name = `qifeng-desk:${name}`;
    this.token = token;
    this.told = told; // { done(item, answer), refused(item, sentence), state(word, waiting) }
    this.wait = 0;
    this.busy = false;
    this.write(this.read().filter((item) => Date.now() - item.when < DeskQueue.KEEP));
    window.addEventListener("online", () => this.send());
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) || [];
    } catch {
      return [];
    }
  }

  write(items) {
    if (items.length) localStorage.setItem(this.name, JSON.stringify(items));
    else localStorage.removeItem(this.name);
  }

  get waiting() {
    return this.read().length;
  }

  add(fields) {
    const items = this.read();
    items.push({ id: `${Date.now()}-${Math.random()}`, when: Date.now(), fields });
    this.write(items);
    this.told.state("waiting", items.length);
    this.send();
  }

  // Takes the last decision back if it has not been sent yet.
  takeLast() {
    const items = this.read();
    if (items.length < (this.busy ? 2 : 1)) return null;
    const last = items.pop();
    this.write(items);
    this.told.state(items.length ? "waiting" : "saved", items.length);
    return last;
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    try {
      const work = () => this.sendAll();
      // Two tabs of one desk share what waits: one of them sends at a time.
      await (navigator.locks ? navigator.locks.request(this.name, work) : work());
    } finally {
      this.busy = false;
    }
  }

  async sendAll() {
    for (let items = this.read(); items.length; items = this.read()) {
      const item = items[0];
      const answer = await this.post(item.fields);
      if (answer === null) return this.later("offline");
      if (answer.away) return this.told.state("away", items.length);
      const rest = this.read().filter((other) => other.id !== item.id);
      const now = answer.entries?.[item.fields.entry];
      // A second decision on the same entry was made on top of this one.
      for (const other of rest) {
        if (now && other.fields.entry === item.fields.entry && "saw" in other.fields) other.fields.saw = now.saw;
      }
      this.write(rest);
      this.wait = 0;
      this.told.state(rest.length ? "waiting" : "saved", rest.length);
      if (answer.refused) this.told.refused(item, answer.refused);
      else this.told.done(item, answer);
    }
  }

  later(word) {
    this.told.state(word, this.waiting);
    this.wait = Math.min((this.wait || 1000) * 2, 30000);
    setTimeout(() => this.send(), this.wait);
  }

  // The server's answer; { away } where it asks to sign in or has moved on; null where it cannot be reached.
  async post(fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    try {
      const answer = await fetch(window.location.pathname, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": this.token },
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) return { away: true };
      if (answer.ok) return await answer.json();
    } catch {
      // no connection
    }
    return null;
  }
}
