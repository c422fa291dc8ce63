// What is saved, saving or not saved, in one place and in words; the seconds are for the eye alone.
import { gettext, ngettext } from "../texts.js";

export function describeSaving(outbox, draft) {
  const waiting = outbox.list().length;
  if (outbox.state === "saving" && outbox.tries === 0) return { word: gettext("saving …") };
  if (waiting && navigator.onLine === false) return { word: ngettext("offline: {count} decision kept here, sent when the connection is back", "offline: {count} decisions kept here, sent when the connection is back", waiting), isBad: true };
  if (waiting && outbox.isOut) return { word: gettext("not saved: you are no longer logged in. Log in in another window; it is sent from here"), isBad: true };
  if (waiting && outbox.state === "waiting") {
    const seconds = Math.max(1, Math.ceil((outbox.retryAt - Date.now()) / 1000));
    return { word: gettext("not saved: {why}. Trying again", outbox), tail: gettext(" in {seconds} s", { seconds }), isBad: true };
  }
  if (waiting) return { word: gettext("not saved, trying again …"), isBad: true };
  return draft ?? { word: outbox.state === "saved" ? gettext("saved") : gettext("as proposed") };
}

export class Saving {
  constructor(place, outbox) {
    Object.assign(this, { place, outbox, draft: null });
    this.word = document.createElement("span");
    this.tail = document.createElement("span");
    this.tail.setAttribute("aria-hidden", "true");
    place.replaceChildren(this.word, this.tail);
    setInterval(() => outbox.state === "waiting" && this.show(), 500);
    for (const name of ["online", "offline"]) window.addEventListener(name, () => this.show());
  }

  say(draft) {
    this.draft = draft;
    this.show();
  }

  show() {
    const { word, tail = "", isBad = false } = describeSaving(this.outbox, this.draft);
    if (this.word.textContent !== word) this.word.textContent = word;
    this.tail.textContent = tail;
    this.place.classList.toggle("is-bad", isBad);
  }
}
