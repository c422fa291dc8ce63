// What the two sets break of the marketplaces' rules, today or on a chosen day; the edits count at once.
import { make } from "./evidence.js";
import { makeIcon } from "./marks.js";
import { gettext, ngettext, noop } from "../texts.js";

const QUIET_MS = 500; // after an edit, and after a proposal came in sight: who goes on quickly asks nothing
const STATES = {
  still: ["cross", noop("still broken")], new: ["warning", noop("broken by the new set")],
  mended: ["check", noop("mended")], unsure: ["question", noop("cannot be told")],
};

export class Rules {
  constructor(fold, current) {
    Object.assign(this, { fold, current, day: "", shown: "" });
    this.field = fold.querySelector('input[type="date"]');
    this.list = fold.querySelector("[data-rules]");
    this.count = fold.querySelector("[data-count-rules]");
    fold.querySelector("summary").addEventListener("click", (event) => event.preventDefault()); // its command opens it
    this.field.addEventListener("change", () => this.choose(this.field.value));
    fold.querySelector("[data-days]").addEventListener("click", (event) => {
      const day = event.target.closest("[data-day]")?.dataset.day;
      if (day !== undefined) this.choose(day);
    });
    this.list.addEventListener("click", (event) => {
      const sha = event.target.closest("[data-sha]")?.dataset.sha;
      const { strips } = current;
      if (sha) strips.setFocus(strips.stripOf(sha), sha);
    });
    this.later();
  }

  choose(day) {
    this.day = day;
    this.ask();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), QUIET_MS);
  }

  async ask() {
    const { data, review } = this.current;
    const asked = new URLSearchParams({ order: review.order.join(",") });
    if (this.day) asked.set("on", this.day);
    const url = `${data.rulesUrl}?${asked}`;
    if (url === this.shown) return;
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const answer = await fetch(url, { signal: this.asked.signal });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.message);
      this.shown = url;
      this.draw(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      const words = error instanceof TypeError || error instanceof SyntaxError ? gettext("The rules could not be looked up; they will be with the next edit.") : error.message;
      this.count.textContent = gettext("not known");
      this.list.replaceChildren(make("p", "quiet small", words));
    }
  }

  draw(found) {
    this.count.textContent = gettext("{before} broken → {after}, {word}", found);
    this.fold.classList.toggle("is-worse", found.after > found.before);
    this.field.value = found.on;
    const chosen = this.fold.querySelector("[data-day]:focus")?.dataset.day;
    const days = [{ day: "", word: gettext("Today") }, ...found.changes.map(({ day, word }) => ({ day, word: gettext("From {day}", { day: word }) }))];
    this.fold.querySelector("[data-days]").replaceChildren(...days.map(({ day, word }) => {
      const chip = make("button", "chip", word);
      chip.type = "button";
      chip.dataset.day = day;
      chip.setAttribute("aria-pressed", found.on === (day || found.today));
      return chip;
    }));
    if (chosen !== undefined) this.fold.querySelector(`[data-day="${chosen}"]`)?.focus({ preventScroll: true });
    const none = make("p", "quiet small", gettext("No rule is broken."));
    this.list.replaceChildren(...(found.markets.length ? found.markets.map((market) => this.makeMarket(market)) : [none]));
  }

  makeMarket({ name, source, before, after, rows }) {
    const link = make("a", "", name);
    Object.assign(link, { href: source, target: "_blank", rel: "noopener noreferrer", title: gettext("The marketplace's own page") });
    const count = make("span", after > before ? "rules-count is-worse" : "rules-count", `${before} → ${after}`);
    const told = rows.filter((row) => row.state !== "unsure");
    const unsure = rows.filter((row) => row.state === "unsure");
    const more = make("details", "rules-unsure", make("summary", "quiet", ngettext("{count} cannot be told", "{count} cannot be told", unsure.length)), this.makeList(unsure));
    return make("section", "rules-market", make("h4", "", link, " ", count), this.makeList(told), unsure.length ? more : null);
  }

  // One line a rule, with the pictures that it is about: each of them leads there.
  makeList(rows) {
    return make("ul", "", ...rows.map(({ state, words, required, pictures }) => {
      const [icon, word] = STATES[state];
      const said = make("span", state === "unsure" ? "only-heard" : "rule-state", `${gettext(word)}: `);
      const known = pictures.filter(({ sha }) => this.current.review.images.has(sha));
      const line = make("p", "rule", makeIcon(icon), make("span", "", said, words));
      const where = known.length && state !== "unsure" ? make("div", "rule-pictures", ...known.map((one) => this.makePicture(one))) : null;
      return make("li", `rule-${state}${required ? "" : " is-advice"}`, line, where);
    }));
  }

  makePicture({ sha, words }) {
    const image = this.current.review.images.get(sha);
    const button = make("button", "picker rule-picture", Object.assign(make("img", ""), { src: image.small, alt: "", width: 36, height: 36 }));
    Object.assign(button, { type: "button", title: words }).dataset.sha = sha;
    const place = this.current.review.order.indexOf(sha);
    button.setAttribute("aria-label", place < 0 ? gettext("Go to the picture that is out: {rule}", { rule: words }) : gettext("Go to picture {place}: {rule}", { place: place + 1, rule: words }));
    return button;
  }

  // Open and in sight, whichever way it was asked for; a second time closes it.
  async toggle() {
    this.fold.open = !this.fold.open;
    if (!this.fold.open) return;
    await this.ask();
    this.fold.querySelector("summary").focus({ preventScroll: true });
    const bench = this.fold.closest(".detail"); // scrolls by itself in a wide window, with the page in a narrow one
    const above = this.fold.getBoundingClientRect().top - bench.getBoundingClientRect().top;
    if (getComputedStyle(bench).overflowY === "visible") this.fold.scrollIntoView({ block: "start" });
    else bench.scrollTop += above - 8;
  }
}
