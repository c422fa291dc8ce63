// Each change as a toggle under the summary: pressed is as proposed, released is reverted.
import { listChanges } from "./changes.js";
import { makeIcon } from "./marks.js";
import { summarise } from "./summary.js";
import { gettext } from "../texts.js";

const ICONS = { hero: "star", removed: "cross", copy: "copy", added: "plus", moved: "move", relabelled: "tag" };
const COLOURS = { copy: "removed", hero: "moved" };

export class ChangeList {
  constructor(page, place, summary) {
    Object.assign(this, { page, place, summary });
    place.addEventListener("click", (event) => this.toggle(event.target.closest("button")));
    page.review.watch(() => this.draw());
    this.draw();
  }

  toggle(button) {
    const { review, data, strips } = this.page;
    const change = button && listChanges(review, data).find((one) => one.id === button.dataset.change);
    if (!change || !data.canEdit) return;
    change.toggle();
    strips.setFocus(strips.stripOf(change.sha), change.sha, false);
    const again = [...this.place.querySelectorAll("button")];
    (again.find((one) => one.dataset.change === change.id) ?? again[0])?.focus();
  }

  draw() {
    const { review, data } = this.page;
    this.place.replaceChildren(...listChanges(review, data).map((change) => this.makeEntry(change)));
    const words = this.summary.querySelector("#summary-words");
    const sentence = review.isEdited ? summarise(review, data) : data.summary || gettext("The order changes.");
    if (words.textContent !== sentence) words.textContent = sentence;
  }

  makeEntry({ id, meaning, word, isOn, isOwn }) {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = `change mark-${COLOURS[meaning] ?? meaning}${isOwn ? " is-own" : ""}`;
    button.dataset.change = id;
    button.disabled = !this.page.data.canEdit;
    button.setAttribute("aria-pressed", isOn);
    const text = document.createElement("span");
    text.textContent = isOn ? word : gettext("reverted: {change}", { change: word });
    const own = isOwn ? gettext("Your edit; press to revert") : gettext("Proposed; press to revert");
    button.title = isOn ? own : gettext("Reverted; press to accept again");
    button.append(makeIcon(ICONS[meaning]), text);
    entry.append(button);
    return entry;
  }
}
