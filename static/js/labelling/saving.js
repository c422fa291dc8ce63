// What is saved, saving or not saved, in one place and in words.
import { gettext, ngettext } from "../texts.js";

export function describeSaving(outbox) {
  const waiting = outbox.list().length;
  if (!waiting) return { word: outbox.state === "saved" ? gettext("All answers are saved") : "" };
  const kept = ngettext("{count} answer is kept here", "{count} answers are kept here", waiting);
  if (navigator.onLine === false) return { word: gettext("Offline: {kept}, sent when the connection is back", { kept }), isBad: true };
  if (outbox.isOut) return { word: gettext("Not saved: you are no longer logged in. Log in in another window; {kept}", { kept }), isBad: true };
  if (outbox.tries > 0) return { word: gettext("Not saved yet: the server does not answer. {kept}, trying again", { kept }), isBad: true };
  return { word: gettext("Saving …") };
}

export function showSaving(place, outbox) {
  const { word, isBad = false } = describeSaving(outbox);
  if (place.textContent !== word) place.textContent = word;
  place.classList.toggle("is-bad", isBad);
}
