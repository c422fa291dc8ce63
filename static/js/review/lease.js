// Keeps the proposal ours while somebody works on it, and gives it back on leaving.
import { csrfToken } from "./outbox.js";

const EVERY_MS = 60_000;
const IDLE_MS = 10 * 60_000;
const AFTER_LOAD_MS = 3000; // a reload gives back what the new page just took

async function post(url, fields) {
  const form = new FormData();
  form.set("csrfmiddlewaretoken", csrfToken());
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await fetch(url, { method: "POST", body: form, keepalive: true }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.json().catch(() => null) : null;
}

export class Lease {
  constructor(onLost) {
    Object.assign(this, { onLost, url: null, active: Date.now() });
    for (const name of ["pointerdown", "pointermove", "keydown"]) {
      document.addEventListener(name, () => { this.active = Date.now(); }, { passive: true });
    }
    setInterval(() => this.renew(), EVERY_MS);
    window.addEventListener("pagehide", () => this.giveBack());
    window.addEventListener("focus", () => this.renew());
  }

  // The server gave it with the page.
  hold(url) {
    this.url = url;
    setTimeout(() => this.url === url && this.renew(), AFTER_LOAD_MS);
  }

  // Shown already, from what was loaded ahead; gives what the server says, or null where it does not answer.
  async take(url) {
    this.url = url;
    return post(url, {});
  }

  giveBack(url = this.url) {
    if (url) post(url, { release: 1 });
  }

  leave({ isDecided = false } = {}) {
    if (!isDecided) this.giveBack();
    this.url = null;
  }

  async renew() {
    const { url } = this;
    if (!url || Date.now() - this.active > IDLE_MS) return;
    const said = await post(url, {});
    if (said && !said.held && this.url === url) this.onLost(said);
  }
}
