// Keeps the proposal ours while somebody works on it, and gives it back on leaving.
import { csrfToken } from "./outbox.js";

const EVERY_MS = 60_000;
const IDLE_MS = 10 * 60_000;

function post(url, fields) {
  const form = new FormData();
  form.set("csrfmiddlewaretoken", csrfToken());
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return fetch(url, { method: "POST", body: form, keepalive: true });
}

export function keepLease(url, onLost) {
  let active = Date.now();
  for (const name of ["pointerdown", "pointermove", "keydown"]) {
    document.addEventListener(name, () => { active = Date.now(); }, { passive: true });
  }
  const renew = async () => {
    if (Date.now() - active > IDLE_MS) return;
    const answer = await post(url, {}).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const said = await answer.json();
    if (!said.held) onLost(said);
  };
  setInterval(renew, EVERY_MS);
  setTimeout(renew, 3000); // a reload gives back what the new page just took
  window.addEventListener("pagehide", () => { post(url, { release: 1 }).catch(() => {}); });
}
