// The changes of a proposal one by one, each with its own way back; the reviewer's own changes stand among them.
import { explainDrop } from "./marks.js";
import { findMoved } from "./state.js";
import { gettext } from "../texts.js";
import { nameType, nameTypeOr } from "./types.js";

const nameAdded = (review, sha) => {
  const type = review.typeOf(sha);
  return type && type !== "unsure" ? nameType(type) : gettext("a picture");
};

const nameOf = (review, sha) => {
  const { before } = review.images.get(sha);
  return before === null ? nameAdded(review, sha) : gettext("picture {place}", { place: before + 1 });
};

// Today's hero first again, and the new one back where it came from.
function withFormerHero(review, former, wanted) {
  const order = [former, ...review.order.filter((sha) => sha !== former && sha !== wanted)];
  const ahead = review.before.slice(0, Math.max(0, review.before.indexOf(wanted))).reverse();
  const behind = ahead.find((sha) => order.includes(sha)) ?? former;
  return order.toSpliced(order.indexOf(behind) + 1, 0, wanted);
}

function heroChange(review) {
  const [wanted] = review.proposed;
  const [former] = review.before;
  const isItsCopy = review.images.get(former)?.copyOf === wanted; // the same view, told as a replaced picture
  if (!wanted || !former || wanted === former || isItsCopy) return [];
  const isOn = review.order[0] === wanted;
  return [{
    id: `hero ${wanted}`, sha: wanted, meaning: "hero", isOn, word: gettext("{name} becomes the hero", { name: nameOf(review, wanted) }),
    toggle: () => (isOn ? review.reorder(withFormerHero(review, former, wanted)) : review.moveTo(wanted, 0)),
  }];
}

// Today's picture -> the added one that is shown in place of it, as it is the better copy.
function listReplaced(review) {
  const taken = new Map();
  for (const sha of review.before) {
    const { after, reason, copyOf } = review.images.get(sha);
    const isFresh = after === null && reason === "duplicate" && review.images.get(copyOf)?.before === null;
    if (isFresh && review.proposed.includes(copyOf) && ![...taken.values()].includes(copyOf)) taken.set(sha, copyOf);
  }
  return taken;
}

// One change, though a picture goes and another one comes: reverted, today's is shown again in its place.
function replacedChanges(review, replaced) {
  return [...replaced].map(([former, fresh]) => {
    const isOn = review.isKept(fresh) && !review.isKept(former);
    const { supplier } = review.images.get(fresh);
    const said = { name: nameOf(review, former), supplier };
    return {
      id: `replaced ${former}`, sha: isOn ? fresh : former, meaning: "added", isOn,
      word: supplier ? gettext("{name} replaced by its copy from {supplier}", said) : gettext("{name} replaced by another copy of it", said),
      toggle: () => (isOn ? review.exchange(former, fresh) : review.exchange(fresh, former)),
    };
  });
}

function outChanges(review, words, replaced) {
  return review.before.filter((sha) => !review.proposed.includes(sha) && !replaced.has(sha)).map((sha) => {
    const isOn = !review.isKept(sha);
    const isCopy = review.images.get(sha).reason === "duplicate";
    const why = isOn ? explainDrop(review, words.reasons, sha, "before") : words.reasons[review.images.get(sha).reason] ?? gettext("taken out");
    return {
      id: `out ${sha}`, sha, meaning: isCopy ? "copy" : "removed", isOn, word: gettext("{name} out: {why}", { name: nameOf(review, sha), why }),
      toggle: () => (isOn ? review.moveTo(sha, review.placeAs(sha, review.before)) : review.drop(sha)),
    };
  });
}

function addedChanges(review, replaced) {
  const better = [...replaced.values()];
  return review.proposed.filter((sha) => review.images.get(sha).before === null && !better.includes(sha)).map((sha) => {
    const { supplier } = review.images.get(sha);
    const isOn = review.isKept(sha);
    return {
      id: `added ${sha}`, sha, meaning: "added", isOn, word: supplier ? gettext("{name} added from {supplier}", { name: nameAdded(review, sha), supplier }) : gettext("{name} added", { name: nameAdded(review, sha) }),
      toggle: () => (isOn ? review.drop(sha) : review.moveTo(sha, review.placeAs(sha, review.proposed))),
    };
  });
}

// The fewest pictures that must have been picked up, besides the one that became the hero.
function findMoves(review, order) {
  const shown = order.filter((sha, place) => {
    const { before } = review.images.get(sha);
    return before !== null && (place > 0 || before === 0);
  });
  return findMoved(shown.map((sha) => review.placeOf(sha))).map((here) => shown[here]);
}

function movedChanges(review) {
  const moved = new Set(findMoves(review, review.order));
  const wanted = findMoves(review, review.proposed);
  const own = [...moved].filter((sha) => !wanted.includes(sha) && review.proposed.includes(sha));
  return [...wanted, ...own].filter((sha) => review.isKept(sha)).map((sha) => {
    const isOn = moved.has(sha);
    const isWanted = wanted.includes(sha);
    return {
      id: `moved ${sha}`, sha, meaning: "moved", isOn, isOwn: !isWanted,
      word: isOn ? gettext("{name} moved to {place}", { name: nameOf(review, sha), place: review.order.indexOf(sha) + 1 }) : gettext("{name} moved", { name: nameOf(review, sha) }),
      toggle: () => review.moveTo(sha, review.placeAs(sha, isOn ? review.before : review.proposed)),
    };
  });
}

// What nobody proposed: taken out or put in by the reviewer, and new names.
function ownChanges(review, words) {
  const taken = review.proposed.filter((sha) => !review.isKept(sha) && review.images.get(sha).before !== null);
  const put = review.order.filter((sha) => !review.proposed.includes(sha) && review.images.get(sha).before === null);
  const named = Object.entries(review.now.types);
  return [
    ...taken.map((sha) => ({
      id: `taken ${sha}`, sha, meaning: "removed", isOn: true, isOwn: true, word: gettext("{name} out: {why}", { name: nameOf(review, sha), why: explainDrop(review, words.reasons, sha) }),
      toggle: () => review.moveTo(sha, review.placeAs(sha, review.proposed)),
    })),
    ...put.map((sha) => ({
      id: `put ${sha}`, sha, meaning: "added", isOn: true, isOwn: true, word: gettext("{name} added by you", { name: nameAdded(review, sha) }),
      toggle: () => review.drop(sha),
    })),
    ...named.map(([sha, type]) => ({
      id: `named ${sha}`, sha, meaning: "relabelled", isOn: true, isOwn: true, word: `${nameOf(review, sha)}: ${nameTypeOr(review.images.get(sha).type, gettext("no type"))} → ${nameType(type)}`,
      toggle: () => review.relabel(sha, review.images.get(sha).type),
    })),
  ];
}

export function listChanges(review, words) {
  const replaced = listReplaced(review);
  return [
    ...heroChange(review), ...replacedChanges(review, replaced), ...outChanges(review, words, replaced),
    ...addedChanges(review, replaced), ...movedChanges(review), ...ownChanges(review, words),
  ];
}
