// What changed, said to whoever hears the page instead of seeing it.
import { findMoved } from "./state.js";
import { gettext } from "../texts.js";
import { nameType } from "./types.js";

export function nameAloud(review, views, sha) {
  const type = review.typeOf(sha);
  const word = views[type] ? gettext(views[type]) : type && type !== "unsure" ? nameType(type) : gettext("picture");
  return word[0].toUpperCase() + word.slice(1);
}

// One sentence for the difference of two states of a review; '' where the order and the types are the same.
export function describeEdit(review, views, past, focused) {
  const { order, types } = review.now;
  const name = (sha) => nameAloud(review, views, sha);
  const out = past.order.filter((sha) => !order.includes(sha));
  const back = order.filter((sha) => !past.order.includes(sha));
  if (out.length === 1) return gettext("{name} taken out of position {place}", { name: name(out[0]), place: past.order.indexOf(out[0]) + 1 });
  if (back.length === 1) return gettext("{name} put at position {place}", { name: name(back[0]), place: order.indexOf(back[0]) + 1 });
  if (out.length || back.length) return gettext("{out} taken out, {back} put in", { out: out.length, back: back.length });
  const moved = findMoved(order.map((sha) => past.order.indexOf(sha))).map((here) => order[here]);
  if (moved.length) {
    const sha = past.order.indexOf(focused) !== order.indexOf(focused) ? focused : moved[0];
    return gettext("{name} moved from position {from} to {to}", { name: name(sha), from: past.order.indexOf(sha) + 1, to: order.indexOf(sha) + 1 });
  }
  const named = Object.keys({ ...past.types, ...types }).find((sha) => past.types[sha] !== types[sha]);
  if (!named) return "";
  const said = { place: order.indexOf(named) + 1, type: nameType(review.typeOf(named)) };
  return said.place ? gettext("Picture {place} is named {type}", said) : gettext("Picture out of the set is named {type}", said);
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
