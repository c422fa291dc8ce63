// "Zoe armchair approved. Undo": what was decided on the page before, and the way back.
import { csrfToken, forgetLast, listWaiting, readLast, send } from "./outbox.js";

export function undoLastDecision() {
  const last = readLast();
  if (!last) return false;
  const form = document.createElement("form");
  form.method = "post";
  form.action = last.undoUrl;
  const token = Object.assign(document.createElement("input"), { name: "csrfmiddlewaretoken", value: csrfToken(), type: "hidden" });
  form.append(token);
  document.body.append(form);
  forgetLast();
  form.submit();
  return true;
}

function say(place, words, className) {
  place.classList.remove("notice-good", "notice-bad");
  place.classList.add(className);
  place.replaceChildren(...words);
  place.hidden = false;
}

function showSaved(place) {
  const last = readLast();
  if (!last) return;
  const text = document.createElement("span");
  text.textContent = `${last.title}: ${last.word}.`;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-small" });
  const hint = document.createElement("kbd");
  hint.textContent = "z";
  button.append("Undo ", hint);
  button.addEventListener("click", undoLastDecision);
  say(place, [text, button], "notice-good");
}

function showRefused(place, entry, why) {
  const text = document.createElement("span");
  text.textContent = `${entry.title} was not saved: ${why} `;
  const link = Object.assign(document.createElement("a"), { href: entry.page, textContent: "Open it with your edits" });
  text.append(link);
  say(place, [text], "notice-bad");
}

// Also sends again what the page before could not wait for.
export async function showLastDecision(place) {
  const waiting = listWaiting();
  showSaved(place);
  for (const entry of waiting) {
    const result = await send(entry);
    if (result.saved) showSaved(place);
    else showRefused(place, entry, result.refused ?? `${result.unsent}. It is kept here and sent again with the next page.`);
  }
}
