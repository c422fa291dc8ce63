// "Zoe armchair: approved. Undo": what was decided last, and the way back; on the proposal page and the queue.
import { amendDecided, lastDecided, removeDecided } from "./decided.js";
import { forgetDraft } from "./drafts.js";
import { csrfToken, Outbox } from "./outbox.js";
import { gettext } from "../texts.js";

function show(place, parts, className) {
  place.classList.remove("notice-good", "notice-bad");
  place.classList.add(className);
  place.replaceChildren(...parts);
  place.hidden = false;
  keepNoPlace();
}

// The line is there, or it does not come: its place needs not be kept any more.
const keepNoPlace = () => document.documentElement.classList.remove("has-decided");

const makeText = (words) => Object.assign(document.createElement("span"), { textContent: words });

function makeUndo(undo) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-small" });
  button.append(`${gettext("Undo")} `, Object.assign(document.createElement("kbd"), { textContent: "z" }));
  button.addEventListener("click", undo);
  return button;
}

// `undo` only where the page has no button of its own for it: the same word twice makes one wonder.
export function sayDecided(place, undo = null) {
  const last = lastDecided();
  if (!last) {
    place.hidden = true;
    keepNoPlace();
    return;
  }
  const words = last.isSaved ? `${last.title}: ${last.word}.` : `${last.title}: ${last.doing} …`;
  show(place, [makeText(words), ...(undo ? [makeUndo(undo)] : [])], "notice-good");
}

export function sayRefused(place, entry, why) {
  const link = Object.assign(document.createElement("a"), { href: entry.page, textContent: gettext("Open it with your edits") });
  const text = makeText(`${gettext("{title} was not saved: {why}", { title: entry.title, why })} `);
  text.append(link);
  show(place, [text], "notice-bad");
}

// What the server said to an entry of the outbox, written down for every page that follows.
export function noteAnswer(entry, result) {
  if (entry.kind !== "decide") return;
  if (!result.ok) return removeDecided(entry.key);
  forgetDraft(entry.proposal);
  amendDecided(entry.key, { isSaved: true, word: result.said.word, undoUrl: result.said.undoUrl });
}

function undoByForm() {
  const last = lastDecided();
  if (!last?.undoUrl) return;
  const form = Object.assign(document.createElement("form"), { method: "post", action: last.undoUrl });
  form.append(Object.assign(document.createElement("input"), { name: "csrfmiddlewaretoken", value: csrfToken(), type: "hidden" }));
  document.body.append(form);
  removeDecided(last.key);
  form.submit();
}

// The queue: sends what the page before could not, and offers the way back.
export function showLastDecision(place) {
  let refused = false;
  const outbox = new Outbox((box) => {
    if (!box.list().length && !refused) sayDecided(place, undoByForm);
    else if (box.state === "waiting") show(place, [makeText(gettext("{count} not saved: {why}. It is kept here and sent again.", { count: box.list().length, why: box.why }))], "notice-bad");
  });
  outbox.onDone = (entry, result) => {
    noteAnswer(entry, result);
    if (result.ok) return;
    refused = true;
    sayRefused(place, entry, result.said.message ?? gettext("The proposal is not there any more."));
  };
  return outbox.flush();
}
