// Takes a picture out and says why in the same breath: a key for the sheet, a digit for the reason.
import { findOther } from "./looking.js";

export class WhyOut {
  constructor(dialog, page) {
    Object.assign(this, { dialog, page });
    this.chips = dialog.querySelector(".chips");
    this.chips.addEventListener("click", (event) => this.choose(event.target.closest("button")?.dataset.value));
    dialog.addEventListener("keydown", (event) => {
      const place = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
      if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // the sheet is closed by then, and a digit on the page names a type
      this.choose(this.page.data.offeredReasons[place - 1]);
    });
  }

  // For a kept picture, or one that the reviewer has taken out; what the judges took out has its reason.
  ask() {
    const { review, strips, data } = this.page;
    this.sha = strips.focus?.sha;
    const isAskable = review.isKept(this.sha) || review.images.get(this.sha)?.after !== null;
    if (!this.sha || !data.canEdit || !isAskable) return;
    this.chips.replaceChildren(...data.offeredReasons.map((reason, i) => makeChip(reason, data.reasons[reason], i + 1)));
    this.dialog.showModal();
  }

  choose(reason) {
    if (!reason) return;
    const { review, strips } = this.page;
    const { sha } = this;
    const other = reason === "duplicate" ? findOther(review, sha) : null;
    this.dialog.close();
    if (!review.isKept(sha)) {
      review.giveReason(sha, reason, other);
      return;
    }
    const place = review.order.indexOf(sha);
    const next = review.order[place + 1] ?? review.order[place - 1];
    if (review.drop(sha, reason, other)) strips.setFocus("after", next);
  }
}

function makeChip(reason, word, place) {
  const chip = document.createElement("button");
  const hint = document.createElement("kbd");
  Object.assign(chip, { type: "button", className: "chip" });
  chip.dataset.value = reason;
  hint.setAttribute("aria-hidden", "true");
  hint.textContent = place;
  chip.append(word, " ", hint);
  return chip;
}
