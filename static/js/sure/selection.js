// Which cards are chosen, by keys and by the pointer: ranges begin where one was chosen last.
export class Selection {
  constructor(root, onChange) {
    this.cards = [...root.querySelectorAll(".sure-card")];
    this.anchor = 0;
    this.onChange = onChange;
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("change", (event) => this.note(event.target));
    root.addEventListener("focusin", (event) => this.rove(event.target.closest(".sure-card")));
    this.rove(this.cards[0]);
  }

  box(index) { return this.cards[index]?.querySelector("input"); }

  // Only one card is a stop of the Tab key; the arrows go to the others.
  rove(card) {
    if (!card) return;
    for (const one of this.cards) one.querySelector("input").tabIndex = one === card ? 0 : -1;
  }

  get here() {
    return this.cards.indexOf(document.activeElement?.closest?.(".sure-card"));
  }

  chosen() {
    return this.cards.filter((_, index) => this.box(index).checked && !this.box(index).disabled);
  }

  open() { return this.cards.filter((_, index) => !this.box(index).disabled); }

  set(index, isChosen) {
    const box = this.box(index);
    if (box && !box.disabled) box.checked = isChosen;
  }

  setRange(from, to, isChosen = true) {
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) this.set(index, isChosen);
    this.tell();
  }

  setAll(isChosen) { this.setRange(0, this.cards.length - 1, isChosen); }

  note(box) {
    this.anchor = this.cards.indexOf(box.closest(".sure-card"));
    this.tell();
  }

  // A click anywhere on a card is a click on its box; with Shift it chooses the range from the last one.
  click(event) {
    const card = event.target.closest(".sure-card");
    if (!card || event.target.closest("a")) return;
    const index = this.cards.indexOf(card);
    if (event.shiftKey) {
      event.preventDefault();
      const { anchor } = this;
      setTimeout(() => this.setRange(anchor, index)); // after the browser has set its box back
      this.box(index).focus();
      return;
    }
    if (event.target.closest("input, label")) return;
    this.set(index, !this.box(index).checked);
    this.box(index).focus();
    this.note(this.box(index));
  }

  // To the left, right, or to the card above or below; with `isRange` what lies between is chosen.
  step(by, isRange) {
    const from = this.here < 0 ? 0 : this.here;
    const to = Math.min(this.cards.length - 1, Math.max(0, this.here < 0 ? 0 : from + by));
    if (isRange) this.setRange(this.range === from ? this.anchor : (this.anchor = from), to);
    this.range = isRange ? to : null;
    this.box(to)?.focus();
    this.cards[to]?.scrollIntoView({ block: "nearest" });
  }

  // How many cards stand beside one another, as the window has it.
  get columns() {
    const top = this.cards[0]?.offsetTop;
    return Math.max(1, this.cards.filter((card) => card.offsetTop === top).length);
  }

  tell() {
    for (const card of this.cards) card.classList.toggle("is-chosen", card.querySelector("input").checked);
    this.onChange(this);
  }
}
