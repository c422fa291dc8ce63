// Why a kept picture stands where it stands, in a sentence or two.
import { findMoved } from "./state.js";
import { gettext, noop } from "../texts.js";
import { nameType } from "./types.js";

const ORDINALS = [
  noop("first"), noop("second"), noop("third"), noop("fourth"), noop("fifth"), noop("sixth"), noop("seventh"), noop("eighth"), noop("ninth"),
];
const begin = (words) => `${words[0].toUpperCase()}${words.slice(1)}`;

export function explainPlace(review, types, sha) {
  const image = review.images.get(sha);
  const from = image.before === null && image.origin ? `${gettext("Not in the shop yet.")} ${image.origin}. ` : "";
  return from + (explainEdit(review, sha) ?? explainOrder(review, types, sha));
}

// The reviewer's word goes before the selection's. A picture that only made room was not moved.
function explainEdit(review, sha) {
  if (!review.proposed.includes(sha)) return gettext("Put back by you.");
  const hero = review.order[0] === review.proposed[0] ? null : review.order[0];
  if (sha === hero) return gettext("The hero, chosen by you.");
  const shown = review.order.filter((other) => other !== hero && review.proposed.includes(other));
  const moved = findMoved(shown.map((other) => review.proposed.indexOf(other))).map((here) => shown[here]);
  return moved.includes(sha) ? gettext("Placed here by you.") : null;
}

// What the selection noted; else the order of types.
function explainOrder(review, types, sha) {
  const noted = review.images.get(sha).evidence?.place;
  if (noted) return `${begin(gettext(noted))}.`;
  const type = review.typeOf(sha);
  if (!type || type === "unsure") return gettext("Its type is unsure: it keeps its place among the suppliers' pictures.");
  const earlier = review.order.slice(0, review.order.indexOf(sha)).some((other) => review.typeOf(other) === type);
  if (earlier) return gettext("A further picture of type {type}: such come after the first of each type.", { type: nameType(type) });
  const rank = types.indexOf(type);
  return rank < 0 ? "" : gettext("{type} comes {place} in this category's order of types.", { type: begin(nameType(type)), place: ORDINALS[rank] ? gettext(ORDINALS[rank]) : `${rank + 1}.` });
}
