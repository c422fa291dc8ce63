// Edits made on a former proposal, laid on the one that has replaced it. Knows no page.
import { gettext } from "../texts.js";
import { nameType } from "./types.js";

// Did somebody reorder? Only if pictures of both orders stand the other way round.
function isReordered(base, mine) {
  const places = mine.filter((sha) => base.includes(sha)).map((sha) => base.indexOf(sha));
  return places.some((place, here) => here > 0 && places[here - 1] > place);
}

// Puts pictures that an order lacks behind the one that they follow in another order.
function weave(order, other) {
  const woven = [...order];
  other.forEach((sha, place) => {
    if (woven.includes(sha)) return;
    const ahead = other.slice(0, place).reverse().find((one) => woven.includes(one));
    woven.splice(ahead === undefined ? 0 : woven.indexOf(ahead) + 1, 0, sha);
  });
  return woven;
}

function layOrder(former, theirs, isKnown) {
  const base = former.proposed?.length ? former.proposed : former.order;
  const taken = base.filter((sha) => !former.order.includes(sha));
  const restored = former.order.filter((sha) => !base.includes(sha) && isKnown(sha));
  const mine = former.order.filter(isKnown);
  const wanted = theirs.filter((sha) => !taken.includes(sha));
  if (isReordered(base, former.order)) {
    const shared = mine.filter((sha) => wanted.includes(sha) || restored.includes(sha));
    return weave(shared, wanted);
  }
  return weave(wanted, mine.filter((sha) => wanted.includes(sha) || restored.includes(sha)));
}

const pick = (table, isWanted) => Object.fromEntries(Object.entries(table ?? {}).filter(([sha]) => isWanted(sha)));

// Lays the edits on a review; gives the ones that found no picture, in words.
export function layEdits(review, former) {
  const isKnown = (sha) => review.images.has(sha);
  const order = layOrder(former, review.proposed, isKnown);
  const done = order.length > 0 && review.change((now) => {
    now.order = order;
    now.types = pick(former.types, (sha) => isKnown(sha) && review.images.get(sha).type !== former.types[sha]);
    now.drops = pick(former.drops, (sha) => isKnown(sha) && !order.includes(sha) && review.images.get(sha).after !== null);
    now.copies = pick(former.copies, (sha) => sha in now.drops && isKnown(former.copies[sha]));
    now.apart = (former.apart ?? []).filter((sha) => review.images.get(sha)?.copyOf);
    return true;
  });
  return done ? listLost(former, isKnown) : [gettext("your order: none of its pictures is offered any more")];
}

function listLost(former, isKnown) {
  const base = former.proposed ?? former.order;
  const lost = (list) => list.filter((sha) => !isKnown(sha));
  const named = Object.entries(former.types ?? {}).filter(([sha]) => !isKnown(sha)).map(([, type]) => gettext("a picture that you named {type} is no longer offered", { type: nameType(type) }));
  const restored = lost(former.order.filter((sha) => !base.includes(sha))).map(() => gettext("a picture that you put back is no longer offered"));
  const dropped = lost(Object.keys(former.drops ?? {})).map(() => gettext("a picture that you dropped is no longer offered anyway"));
  const kept = lost(former.order.filter((sha) => base.includes(sha))).map(() => gettext("a picture that you kept is no longer offered"));
  return [...named, ...restored, ...dropped, ...kept];
}
