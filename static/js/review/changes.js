// The changes of a proposal one by one, each with its own way back; the reviewer's own changes stand among them.
import { explainDrop } from "./marks.js";
import { findMoved } from "./state.js";
import { gettext } from "../texts.js";
import { nameType, nameTypeOr } from "./types.js";

// Puts a picture behind the nearest kept one that stands ahead of it in another order.
function placeAs(review, sha, other) {
  const order = review.order.filter((one) => one !== sha);
  const ahead = other.slice(0, other.indexOf(sha)).reverse().find((one) => order.includes(one));
  return ahead === undefined ? 0 : order.indexOf(ahead) + 1;
}

const nameAdded = (review, sha) => nameTypeOr(review.typeOf(sha), gettext("a picture"));

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
  if (!wanted || !former || wanted === former) return [];
  const isOn = review.order[0] === wanted;
  return [{
    id: `hero ${wanted}`, sha: wanted, meaning: "hero", isOn, word: gettext("{name} becomes the hero", { name: nameOf(review, wanted) }),
    toggle: () => (isOn ? review.reorder(withFormerHero(review, former, wanted)) : review.moveTo(wanted, 0)),
  }];
}

function outChanges(review, words) {
  return review.before.filter((sha) => !review.proposed.includes(sha)).map((sha) => {
    const isOn = !review.isKept(sha);
    const isCopy = review.images.get(sha).reason === "duplicate";
    const why = isOn ? explainDrop(review, words.reasons, sha) : words.reasons[review.images.get(sha).reason] ?? gettext("taken out");
    return {
      id: `out ${sha}`, sha, meaning: isCopy ? "copy" : "removed", isOn, word: gettext("{name} out: {why}", { name: nameOf(review, sha), why }),
      toggle: () => (isOn ? review.moveTo(sha, placeAs(review, sha, review.before)) : review.drop(sha)),
    };
  });
}

function addedChanges(review) {
  return review.proposed.filter((sha) => review.images.get(sha).before === null).map((sha) => {
    const { supplier } = review.images.get(sha);
    const isOn = review.isKept(sha);
    return {
      id: `added ${sha}`, sha, meaning: "added", isOn, word: supplier ? gettext("{name} added from {supplier}", { name: nameAdded(review, sha), supplier }) : gettext("{name} added", { name: nameAdded(review, sha) }),
      toggle: () => (isOn ? review.drop(sha) : review.moveTo(sha, placeAs(review, sha, review.proposed))),
    };
  });
}

// The fewest pictures that must have been picked up, besides the one that became the hero.
function findMoves(review, order) {
  const shown = order.filter((sha, place) => {
    const { before } = review.images.get(sha);
    return before !== null && (place > 0 || before === 0);
  });
  return findMoved(shown.map((sha) => review.images.get(sha).before)).map((here) => shown[here]);
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
      toggle: () => review.moveTo(sha, placeAs(review, sha, isOn ? review.before : review.proposed)),
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
      toggle: () => review.moveTo(sha, placeAs(review, sha, review.proposed)),
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
  return [
    ...heroChange(review), ...outChanges(review, words), ...addedChanges(review), ...movedChanges(review),
    ...ownChanges(review, words),
  ];
}
