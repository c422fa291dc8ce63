// The reviewer's set in the making. Knows no page: what is proposed, what was changed, and how to go back.
const STEPS = 50;

export class Review {
  constructor(images) {
    this.watchers = [];
    this.load(images);
  }

  // Another proposal in place of this one; whoever watches goes on watching.
  load(images) {
    this.images = new Map(images.map((image) => [image.sha, image]));
    const kept = images.filter((image) => image.after !== null);
    this.proposed = kept.sort((a, b) => a.after - b.after).map((image) => image.sha);
    this.before = images.filter((image) => image.before !== null)
      .sort((a, b) => a.before - b.before).map((image) => image.sha);
    this.now = { order: [...this.proposed], types: {}, drops: {}, copies: {}, apart: [] };
    this.past = [];
  }

  get order() { return this.now.order; }

  get dropped() {
    const out = [...this.images.values()].filter((image) => !this.now.order.includes(image.sha));
    const rank = (image) => (image.before === null ? 1000 : image.before);
    return out.sort((a, b) => rank(a) - rank(b)).map((image) => image.sha);
  }

  isKept(sha) { return this.now.order.includes(sha); }

  typeOf(sha) { return this.now.types[sha] ?? this.images.get(sha).type; }

  // Whose copy it is held to be: what the reviewer said before what the comparator said.
  copyOf(sha) {
    if (this.now.apart.includes(sha)) return null;
    return this.now.copies[sha] ?? this.images.get(sha).copyOf;
  }

  // Where it stands today, or a copy of it that goes: who takes a copy's place was not moved there.
  placeOf(sha) {
    const copies = this.before.filter((one) => !this.isKept(one) && this.copyOf(one) === sha);
    return Math.min(...[sha, ...copies].map((one) => this.images.get(one).before ?? Infinity));
  }

  reasonFor(sha) { return this.now.drops[sha] ?? this.images.get(sha).reason; }

  // A better copy of today's hero in its place is no new one.
  get hasNewHero() {
    const [was] = this.before;
    const [first] = this.order;
    return first !== was && !(was && first && (this.copyOf(was) === first || this.copyOf(first) === was));
  }

  get isEdited() { return this.countEdits() > 0; }

  countEdits() {
    const { order, types, apart } = this.now;
    const kept = this.proposed.filter((sha) => order.includes(sha));
    const moved = findMoved(order.filter((sha) => kept.includes(sha)).map((sha) => kept.indexOf(sha))).length;
    const taken = this.proposed.length - kept.length;
    const restored = order.length - kept.length;
    const apartOnly = apart.filter((sha) => !order.includes(sha)).length;
    return moved + taken + restored + apartOnly + Object.keys(types).length;
  }

  change(edit) {
    const past = structuredClone(this.now);
    if (edit(this.now) === false) return false;
    this.past.push(past);
    if (this.past.length > STEPS) this.past.shift();
    this.tell();
    return true;
  }

  undo() {
    if (!this.past.length) return false;
    this.now = this.past.pop();
    this.tell();
    return true;
  }

  moveTo(sha, place) {
    return this.change((now) => {
      const from = now.order.indexOf(sha);
      const to = Math.max(0, Math.min(place, now.order.length - (from < 0 ? 0 : 1)));
      if (from === to) return false;
      if (from >= 0) now.order.splice(from, 1);
      now.order.splice(to, 0, sha);
      forget(now, sha);
      return true;
    });
  }

  // Another order of the same and of further pictures, as one step.
  reorder(order) {
    return this.change((now) => {
      for (const sha of order) if (!now.order.includes(sha)) forget(now, sha);
      now.order = order;
    });
  }

  step(sha, by) {
    const from = this.now.order.indexOf(sha);
    return from >= 0 && from + by >= 0 && from + by < this.now.order.length && this.moveTo(sha, from + by);
  }

  drop(sha, reason = "not_needed", other = null) {
    return this.change((now) => {
      if (now.order.length === 1 && now.order[0] === sha) return false;
      now.order = now.order.filter((kept) => kept !== sha);
      forget(now, sha);
      if (this.images.get(sha).after !== null) now.drops[sha] = reason;
      if (other && reason === "duplicate") now.copies[sha] = other;
      return true;
    });
  }

  giveReason(sha, reason, other = null) {
    return this.change((now) => {
      now.drops[sha] = reason;
      delete now.copies[sha];
      if (other && reason === "duplicate") now.copies[sha] = other;
    });
  }

  // Back where it stands today; what is not in the shop yet comes last.
  restore(sha) {
    const isShown = this.images.get(sha).before !== null;
    return this.moveTo(sha, isShown ? this.placeAs(sha, this.before) : this.now.order.length);
  }

  // Its place behind the nearest kept picture that stands ahead of it in another order.
  placeAs(sha, other) {
    const order = this.now.order.filter((one) => one !== sha);
    const ahead = other.slice(0, other.indexOf(sha)).reverse().find((one) => order.includes(one));
    return ahead === undefined ? 0 : order.indexOf(ahead) + 1;
  }

  // Of two copies the other one is shown, in the same place; that they are copies stays said.
  exchange(sha, other) {
    return this.change((now) => {
      const at = now.order.filter((one) => one !== sha).indexOf(other);
      const place = at < 0 ? this.placeAs(sha, this.before) : at;
      now.order = now.order.filter((one) => one !== sha && one !== other);
      now.order.splice(place, 0, sha);
      forget(now, sha);
      if (this.images.get(other).after === null) return;
      now.drops[other] = "duplicate";
      now.copies[other] = sha;
    });
  }

  // The dropped picture that would stand for this kept one, or the other way round; undefined without copies.
  twinOf(sha) {
    if (!this.isKept(sha)) return this.isKept(this.copyOf(sha)) ? this.copyOf(sha) : undefined;
    return this.dropped.find((one) => this.copyOf(one) === sha && !this.images.get(one).unreadable);
  }

  relabel(sha, type) {
    return this.change((now) => {
      if (this.typeOf(sha) === type) return false;
      if (this.images.get(sha).type === type) delete now.types[sha];
      else now.types[sha] = type;
      return true;
    });
  }

  // Two pictures after all: it comes back, right behind the one that it was said to repeat.
  tellApart(sha) {
    const other = this.copyOf(sha);
    return Boolean(other) && this.change((now) => {
      const behind = now.order.indexOf(other) + 1;
      forget(now, sha);
      now.apart.push(sha);
      if (!now.order.includes(sha)) now.order.splice(behind || now.order.length, 0, sha);
    });
  }

  // What is sent: the net of all edits, not the way there.
  listEdits() {
    const { types, drops, copies, apart } = this.now;
    return [
      ...Object.entries(types).map(([image, type]) => ({ edit: "relabel", image, type })),
      ...Object.entries(drops).map(([image, reason]) => ({ edit: "drop", image, reason, other: copies[image] })),
      ...apart.map((image) => ({ edit: "not_copy", image })),
    ];
  }

  // A draft from before: only if it still speaks of the same pictures.
  resume(edits) {
    const known = edits && Array.isArray(edits.order) && edits.order.length
      && [...edits.order, ...Object.keys(edits.types ?? {})].every((sha) => this.images.has(sha));
    if (known) this.now = readEdits(edits);
    return Boolean(known);
  }

  // What a draft keeps: the edits, and the order that they were made on.
  keepable() { return this.isEdited ? { ...this.now, proposed: this.proposed } : null; }

  watch(watcher) { this.watchers.push(watcher); }

  tell() { for (const watcher of this.watchers) watcher(); }
}

const readEdits = ({ order, types = {}, drops = {}, copies = {}, apart = [] }) => (
  structuredClone({ order, types, drops, copies, apart })
);

function forget(now, sha) {
  delete now.drops[sha];
  delete now.copies[sha];
  now.apart = now.apart.filter((known) => known !== sha);
}

// Which entries stand outside one longest rising run: the fewest pictures that must have been picked up.
export function findMoved(places) {
  const runs = [];
  places.forEach((place, here) => {
    let longest = [];
    for (let earlier = 0; earlier < here; earlier += 1) {
      const rises = places[earlier] < place;
      if (rises && runs[earlier].length > longest.length) longest = runs[earlier];
    }
    runs.push([...longest, here]);
  });
  const kept = new Set(runs.reduce((best, run) => (run.length > best.length ? run : best), []));
  return places.map((_, here) => here).filter((here) => !kept.has(here));
}
