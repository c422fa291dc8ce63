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
  const heir = review.proposed.find((other) => review.isKept(other)); // chosen by nobody, it only moved up
  const hero = review.order[0] === heir ? null : review.order[0];
  if (sha === hero) return gettext("The hero, chosen by you.");
  const shown = review.order.filter((other) => other !== hero && review.proposed.includes(other));
  const moved = findMoved(shown.map((other) => review.proposed.indexOf(other))).map((here) => shown[here]);
  return moved.includes(sha) ? gettext("Placed here by you.") : null;
}

// Where the picture that it replaces would stand by now; -1 where it replaces none.
function copiedPlace(review, sha) {
  const former = review.before.find((one) => !review.isKept(one) && review.copyOf(one) === sha);
  return former === undefined ? -1 : review.placeAs(sha, review.before.map((one) => (one === former ? sha : one)));
}

function explainUntypedHero(review, image) {
  if (image.before === 0) return gettext("Today's hero: no other picture looks clearly better.");
  const isHeir = review.before.slice(0, image.before ?? 0).every((sha) => !review.isKept(sha));
  return image.before !== null && isHeir ? gettext("The first of today's pictures that stay.") : gettext("It looks best of all that stay.");
}

// What the selection noted; else the order of types.
function explainOrder(review, types, sha) {
  const image = review.images.get(sha);
  if (image.place) return `${begin(image.place)}.`;
  const place = review.order.indexOf(sha);
  const isInPlaceOfCopy = review.placeOf(sha) !== image.before && place === copiedPlace(review, sha);
  if (isInPlaceOfCopy) return gettext("It stands where its copy stands today.");
  const type = review.typeOf(sha);
  if (place === 0 && (!type || type === "unsure")) return explainUntypedHero(review, image);
  if (!type || type === "unsure") return gettext("Its type is unsure: it keeps its place among the suppliers' pictures.");
  const earlier = review.order.slice(0, review.order.indexOf(sha)).some((other) => review.typeOf(other) === type);
  if (earlier) return gettext("A further picture of type {type}: such come after the first of each type.", { type: nameType(type) });
  const rank = types.indexOf(type);
  return rank < 0 ? "" : gettext("{type} comes {place} in this category's order of types.", { type: begin(nameType(type)), place: ORDINALS[rank] ? gettext(ORDINALS[rank]) : `${rank + 1}.` });
}
