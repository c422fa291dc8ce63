// Each change as a toggle under the summary: pressed is as proposed, released is reverted.
import { listChanges } from "./changes.js";
import { makeIcon } from "./marks.js";
import { summarise } from "./summary.js";
import { gettext } from "../texts.js";

const ICONS = { hero: "star", removed: "cross", copy: "copy", added: "plus", moved: "move", relabelled: "tag" };
const COLOURS = { copy: "removed", hero: "moved" };

export class ChangeList {
  constructor(page, place, summary) {
    Object.assign(this, { page, place, summary, current: null });
    place.addEventListener("click", (event) => this.toggle(event.target.closest("button")));
    page.review.watch(() => this.draw());
    page.strips.root.addEventListener("focus-moved", () => this.forget());
    this.draw();
  }

  get all() { return listChanges(this.page.review, this.page.data); }

  // From change to change: the picture that it is about comes into focus, with its evidence.
  step(by) {
    const { all } = this;
    const here = all.findIndex(({ id }) => id === this.current);
    const next = here < 0 ? all.at(by > 0 ? 0 : -1) : all[here + by];
    if (!next) return;
    this.show(next);
    this.page.heard.say(this.say(next));
  }

  // The change that was stepped to, else the first one about the picture in focus.
  revert() {
    const { data, strips } = this.page;
    const about = this.all.filter(({ sha }) => sha === strips.focus?.sha);
    const change = about.find(({ id }) => id === this.current) ?? about[0];
    if (!change || !data.canEdit) return;
    change.toggle();
    this.show(this.all.find(({ id }) => id === change.id) ?? change);
  }

  show({ id, sha }) {
    const { strips } = this.page;
    this.current = id;
    strips.setFocus(strips.stripOf(sha), sha);
    this.mark();
  }

  forget() {
    const change = this.current && this.all.find(({ id }) => id === this.current);
    if (change?.sha !== this.page.strips.focus?.sha) this.current = null;
    this.mark();
  }

  mark() {
    for (const button of this.place.querySelectorAll("button")) {
      if (button.dataset.change === this.current) this.point(button);
      else button.removeAttribute("aria-current");
    }
  }

  // Of many changes two lines are in sight: the list alone scrolls to the one that was stepped to.
  point(button) {
    button.setAttribute("aria-current", "true");
    const { place } = this;
    const [left, top] = [button.offsetLeft - place.offsetLeft, button.offsetTop - place.offsetTop];
    if (top < place.scrollTop || top + button.offsetHeight > place.scrollTop + place.clientHeight) place.scrollTop = top - 3;
    if (left < place.scrollLeft || left + button.offsetWidth > place.scrollLeft + place.clientWidth) place.scrollLeft = left - 8;
  }

  say({ word, isOn }) { return isOn ? word : gettext("reverted: {change}", { change: word }); }

  toggle(button) {
    const { data, strips } = this.page;
    const change = button && this.all.find((one) => one.id === button.dataset.change);
    if (!change || !data.canEdit) return;
    change.toggle();
    strips.setFocus(strips.stripOf(change.sha), change.sha, false);
    const again = [...this.place.querySelectorAll("button")];
    (again.find((one) => one.dataset.change === change.id) ?? again[0])?.focus();
  }

  draw() {
    const { review, data } = this.page;
    this.place.replaceChildren(...this.all.map((change) => this.makeEntry(change)));
    this.mark();
    const words = this.summary.querySelector("#summary-words");
    const sentence = review.isEdited ? summarise(review, data) : data.summary || gettext("The order changes.");
    if (words.textContent !== sentence) words.textContent = sentence;
  }

  makeEntry(change) {
    const { id, meaning, isOn, isOwn } = change;
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = `change mark-${COLOURS[meaning] ?? meaning}${isOwn ? " is-own" : ""}`;
    button.dataset.change = id;
    button.disabled = !this.page.data.canEdit;
    button.setAttribute("aria-pressed", isOn);
    const text = document.createElement("span");
    text.textContent = this.say(change);
    const own = isOwn ? gettext("Your edit; press to revert") : gettext("Proposed; press to revert");
    button.title = isOn ? own : gettext("Reverted; press to accept again");
    button.append(makeIcon(ICONS[meaning]), text);
    entry.append(button);
    return entry;
  }
}
