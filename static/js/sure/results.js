// What became of each card, and the line about the whole bulk with its one undo.
import { gettext } from "../texts.js";

const find = (selector) => document.querySelector(selector);

function setResult(card, words, meaning) {
  const box = card.querySelector("input");
  const place = card.querySelector(".sure-result");
  box.disabled = meaning === "approved";
  if (meaning === "approved") box.checked = false;
  card.classList.toggle("is-approved", meaning === "approved");
  card.classList.toggle("is-refused", meaning === "refused");
  place.textContent = words;
  place.hidden = !words;
}

export function showResults(selection, said) {
  const refused = new Map(said.refused.map((one) => [one.id, one.why]));
  for (const card of selection.cards) {
    const id = Number(card.dataset.id);
    if (refused.has(id)) setResult(card, refused.get(id), "refused");
    else if (said.approved.includes(id)) setResult(card, gettext("approved"), "approved");
    else if (said.undone.includes(id)) setResult(card, "", "open");
  }
  if (!selection.cards.some((card) => card.contains(document.activeElement))) selection.open()[0]?.querySelector("input").focus();
  selection.tell();
}

export function showBulk(said) {
  const lines = said.refused.map((one) => {
    const link = Object.assign(document.createElement("a"), { href: `/proposals/${one.id}/`, textContent: one.title });
    const line = document.createElement("li");
    line.append(link, `: ${one.why}`);
    return line;
  });
  find("#bulk-words").textContent = said.words;
  find("#bulk-refused").replaceChildren(...lines);
  find("#bulk-undo").hidden = !said.approved.length;
  find("#bulk").classList.toggle("notice-warning", lines.length > 0);
  find("#bulk").classList.toggle("notice-good", !lines.length);
  find("#bulk").hidden = false;
}
