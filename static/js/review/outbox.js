// What has to reach the server, in order. It is written down before it is sent and sent again, later and later,
// until the server has answered: by this page or by the next. Everything has a key, so twice sent is once done.
import { gettext } from "../texts.js";

const person = document.body.dataset.person ?? "";
const PAUSES_S = [1, 3, 6, 12, 30];
const PATIENCE_MS = 15_000;

// The cookie is newer than the page where somebody has logged in again in another window.
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

export function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// {answer} or {unsent, isOut}: the server was not reached, or could not.
export async function post(url, body, options = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
      ...options,
    });
  } catch {
    return { unsent: gettext("the server does not answer"), isDown: true };
  }
  if (answer.redirected || answer.status === 403) return { unsent: gettext("you are no longer logged in"), isOut: true };
  if (answer.status >= 500) return { unsent: gettext("the server could not save it") };
  return { ok: answer.ok, status: answer.status, said: await answer.json().catch(() => ({})) };
}

export class Outbox {
  // Each kind of page has a box of its own, as only it knows what to do with the server's answers.
  constructor(onChange, box = "outbox") {
    this.name = `smartimg.${person}.${box}`;
    Object.assign(this, { onChange, onDone: () => {}, state: "idle", why: "", retryAt: 0, tries: 0, kept: null });
    window.addEventListener("online", () => this.flush());
    window.addEventListener("storage", (event) => event.key === this.name && this.tell());
  }

  list() {
    if (this.kept) return this.kept;
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? [];
    } catch {
      return [];
    }
  }

  // Where the browser keeps nothing, the page does: then leaving asks.
  write(entries) {
    try {
      localStorage.setItem(this.name, JSON.stringify(entries));
      this.kept = null;
    } catch {
      this.kept = entries;
    }
  }

  tell() { this.onChange(this); }

  token() { return csrfToken(); }

  add(entry) {
    this.write([...this.list(), entry]);
    this.state = "saving"; // at once: the lock that flushing waits for may take a moment
    this.tell();
    return this.flush();
  }

  // Takes back what was never sent; false where it may have arrived.
  cancel(key) {
    const entry = this.list().find((one) => one.key === key);
    if (!entry || entry.tries || this.sending === key) return false;
    this.remove(key);
    this.tell();
    return true;
  }

  remove(key) { this.write(this.list().filter((one) => one.key !== key)); }

  flush() {
    this.wanted = true;
    this.flushing ??= this.run().finally(() => { this.flushing = null; });
    return this.flushing;
  }

  async run() {
    clearTimeout(this.timer);
    const work = async () => {
      while (this.wanted) {
        this.wanted = false;
        if (await this.sendAll() === false) break;
      }
    };
    if (navigator.locks) await navigator.locks.request(this.name, work);
    else await work();
    this.settle();
  }

  // One by one. A proposal whose entry failed keeps its later ones waiting, others go on.
  async sendAll() {
    const held = new Set();
    for (;;) {
      const entry = this.list().find((one) => !held.has(one.proposal));
      if (!entry) return !held.size;
      this.state = "saving";
      this.sending = entry.key;
      this.write(this.list().map((one) => (one.key === entry.key ? { ...one, tries: (one.tries ?? 0) + 1 } : one)));
      this.tell();
      const result = await post(entry.url, entry.body, { keepalive: true });
      this.sending = null;
      if (result.unsent) {
        Object.assign(this, { why: result.unsent, isOut: Boolean(result.isOut) });
        held.add(entry.proposal);
        if (result.isDown || result.isOut) return false;
      } else {
        this.remove(entry.key);
        this.onDone(entry, result);
      }
    }
  }

  settle() {
    const waiting = this.list().length;
    if (!waiting) {
      Object.assign(this, { tries: 0, isOut: false, state: this.state === "idle" ? "idle" : "saved" });
      return this.tell();
    }
    const pause = PAUSES_S[Math.min(this.tries, PAUSES_S.length - 1)];
    Object.assign(this, { state: "waiting", tries: this.tries + 1, retryAt: Date.now() + pause * 1000 });
    this.timer = setTimeout(() => this.flush(), pause * 1000);
    return this.tell();
  }
}
