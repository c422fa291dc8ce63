// What changed, said to whoever hears the page instead of seeing it.
import { findMoved } from "./state.js";

export function nameAloud(review, views, sha) {
  const type = review.typeOf(sha);
  const word = views[type] ?? (type && type !== "unsure" ? type : "picture");
  return word[0].toUpperCase() + word.slice(1);
}

// One sentence for the difference of two states of a review; '' where the order and the types are the same.
export function describeEdit(review, views, past, focused) {
  const { order, types } = review.now;
  const name = (sha) => nameAloud(review, views, sha);
  const out = past.order.filter((sha) => !order.includes(sha));
  const back = order.filter((sha) => !past.order.includes(sha));
  if (out.length === 1) return `${name(out[0])} taken out of position ${past.order.indexOf(out[0]) + 1}`;
  if (back.length === 1) return `${name(back[0])} put at position ${order.indexOf(back[0]) + 1}`;
  if (out.length || back.length) return `${out.length} taken out, ${back.length} put in`;
  const moved = findMoved(order.map((sha) => past.order.indexOf(sha))).map((here) => order[here]);
  if (moved.length) {
    const sha = past.order.indexOf(focused) !== order.indexOf(focused) ? focused : moved[0];
    return `${name(sha)} moved from position ${past.order.indexOf(sha) + 1} to ${order.indexOf(sha) + 1}`;
  }
  const named = Object.keys({ ...past.types, ...types }).find((sha) => past.types[sha] !== types[sha]);
  return named ? `Picture ${order.indexOf(named) + 1 || "out of the set"} is named ${review.typeOf(named)}` : "";
}

export class Heard {
  constructor(place, review, strips, views) {
    Object.assign(this, { place, review, strips, views });
    this.begin();
    review.watch(() => this.hear());
  }

  begin() { this.past = structuredClone(this.review.now); }

  say(words) { this.place.textContent = words; }

  hear() {
    const words = describeEdit(this.review, this.views, this.past, this.strips.focus?.sha);
    this.begin();
    if (words) this.say(words);
  }
}
