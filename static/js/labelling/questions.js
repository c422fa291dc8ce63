// Which question is in sight, which come next, and which can be taken back; knows no page.
const MOST_BACK = 10;
const NAME = "smartimg.labelled"; // of this window, so that a reload forgets nothing

export class Questions {
  // pending: ids whose answers still wait in the outbox, of an earlier page perhaps.
  constructor(pending = [], keep = sessionStorage) {
    Object.assign(this, { list: [], gone: new Set(pending), returned: new Set(), keep, past: [] });
    try {
      this.past = JSON.parse(keep.getItem(NAME)) ?? [];
    } catch {
      this.past = [];
    }
  }

  get current() { return this.list[0] ?? null; }

  // What the server holds for us. What is in sight stays in sight, what was taken back stays next, and the
  // order in which things stood before us does not change.
  merge(held) {
    const ids = new Set(held.map(({ id }) => id));
    const kept = this.list.filter(({ id }, place) => !place || ids.has(id) || this.returned.has(id));
    const known = new Set(kept.map(({ id }) => id));
    this.list = [...kept, ...held.filter(({ id }) => !known.has(id) && !this.gone.has(id))];
  }

  // On to the next; `step` is what taking it back needs.
  leave(step) {
    const question = this.list.shift();
    this.gone.add(question.id);
    this.returned.delete(question.id);
    this.past = [...this.past, { ...step, question }].slice(-MOST_BACK);
    this.save();
    return question;
  }

  // The last one is in sight again; null where there is none.
  back() {
    const step = this.past.pop();
    if (!step) return null;
    this.gone.delete(step.question.id);
    this.returned.add(step.question.id);
    this.list = [step.question, ...this.list.filter(({ id }) => id !== step.question.id)];
    this.save();
    return step;
  }

  // It could not be shown, or is not ours any more.
  drop(id) {
    this.gone.add(id);
    this.list = this.list.filter((one) => one.id !== id);
    this.past = this.past.filter(({ question }) => question.id !== id);
    this.save();
  }

  save() {
    try {
      this.keep.setItem(NAME, JSON.stringify(this.past));
    } catch {
      // a window that keeps nothing can still take back what it remembers
    }
  }
}
