// Decisions on their way. One is written down before it is sent, and sent again by the next page until the
// server has answered: every decision has a key, so sending it twice decides once.
import { forgetDraft } from "./drafts.js";

const NAME = "smartimg.outbox";
const LAST = "smartimg.last";

export const csrfToken = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function listWaiting() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? [];
  } catch {
    return [];
  }
}

function write(entries) {
  localStorage.setItem(NAME, JSON.stringify(entries));
}

function remove(entry) {
  write(listWaiting().filter((other) => other.body.submit_key !== entry.body.submit_key));
}

export function add(entry) {
  write([...listWaiting(), entry]);
}

// Sends one; gives {saved}, {refused, code} or {unsent}. Only the last stays in the outbox.
export async function send(entry) {
  let answer;
  try {
    answer = await fetch(entry.url, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(entry.body),
    });
  } catch {
    return { unsent: "the server does not answer" };
  }
  if (answer.redirected || answer.status === 403) return { unsent: "you are no longer logged in" };
  if (answer.status >= 500) return { unsent: "the server could not save it" };
  const said = await answer.json().catch(() => ({}));
  remove(entry);
  if (!answer.ok) return { refused: said.message ?? "The proposal is not there any more.", code: said.code };
  forgetDraft(entry.proposal);
  sessionStorage.setItem(LAST, JSON.stringify({ title: entry.title, word: said.word, undoUrl: said.undoUrl }));
  return { saved: said };
}

export function readLast() {
  try {
    return JSON.parse(sessionStorage.getItem(LAST));
  } catch {
    return null;
  }
}

export function forgetLast() {
  sessionStorage.removeItem(LAST);
}
