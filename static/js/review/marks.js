// What is said of each picture: a meaning (which gives colour and icon) and a word.
import { findMoved } from "./state.js";
import { gettext, writeNumber } from "../texts.js";
import { nameType, nameTypeOr } from "./types.js";

const ICONS = {
  kept: "kept", added: "plus", removed: "cross", copy: "copy", moved: "move", hero: "star",
  relabelled: "tag", unsure: "question", quiet: "minus",
};
const COLOURS = { copy: "removed", hero: "moved", kept: "quiet", unsure: "quiet" };

// Whatever comes first now is told apart: what it pushed down was not moved.
export function findMovedShas(review) {
  const rest = isFirstAnew(review, review.order[0]) ? review.order.slice(1) : review.order;
  const shown = rest.filter((sha) => review.images.get(sha).before !== null);
  const moved = findMoved(shown.map((sha) => review.placeOf(sha))).map((here) => shown[here]);
  return new Set(moved.filter((sha) => review.order.indexOf(sha) !== review.images.get(sha).before));
}

const standsForCopy = (review, sha) => review.isKept(sha) && review.placeOf(sha) !== review.images.get(sha).before;
const isFirstAnew = (review, sha) => sha !== undefined && sha === review.order[0] && review.images.get(sha).before !== 0;

function markType(review, image) {
  const type = review.typeOf(image.sha);
  if (type !== image.type) return [["relabelled", `${nameTypeOr(image.type, gettext("no type"))} → ${nameType(type)}`]];
  return type === "unsure" ? [["unsure", gettext("unsure")]] : [];
}

// In the strip before, places are today's; elsewhere they are those of the new set.
function nameCopy(review, sha, strip) {
  let other = review.copyOf(sha);
  if (!review.isKept(other) && review.isKept(review.copyOf(other))) other = review.copyOf(other);
  const { before } = review.images.get(other) ?? {};
  if (strip === "before" && before != null) return gettext("copy of {place}", { place: before + 1 });
  const place = review.order.indexOf(other) + 1;
  if (!place) return gettext("copy, both out");
  return strip === "before" ? gettext("copy of new {place}", { place }) : gettext("copy of {place}", { place });
}

// Why it is out, with the judge's figures where it was a judge.
export function explainDrop(review, words, sha, strip) {
  const image = review.images.get(sha);
  if (review.now.drops[sha] === "duplicate" && review.copyOf(sha)) return nameCopy(review, sha, strip);
  if (review.now.drops[sha]) return words[review.now.drops[sha]];
  if (review.isKept(sha) || !image.reason) return gettext("taken out");
  if (image.reason === "duplicate") return review.copyOf(sha) ? nameCopy(review, sha, strip) : gettext("no copy, still out");
  const judge = image.evidence?.judges?.[image.reason];
  const word = words[image.reason] ?? image.reason;
  if (judge?.evidence?.longest_side_px) return `${word}, ${judge.evidence.longest_side_px} px`;
  const scored = judge?.score != null && judge?.threshold != null;
  return scored ? `${word} ${writeNumber(judge.score, 2)} ≥ ${writeNumber(judge.threshold, 2)}` : word;
}

function markDropped(review, words, image, strip) {
  const meaning = review.copyOf(image.sha) && review.reasonFor(image.sha) === "duplicate" ? "copy" : "removed";
  const word = explainDrop(review, words, image.sha, strip);
  return image.before === null && image.after === null ? ["quiet", gettext("not taken: {why}", { why: word })] : [meaning, word];
}

function nameAddition(review, image) {
  const { supplier } = image;
  const place = review.before.findIndex((sha) => !review.isKept(sha) && review.copyOf(sha) === image.sha) + 1;
  if (place) return supplier ? gettext("replaces {place}, from {supplier}", { place, supplier }) : gettext("replaces {place}", { place });
  return supplier ? gettext("added from {supplier}", { supplier }) : gettext("added");
}

export function markAfter(review, words, sha, moved) {
  const image = review.images.get(sha);
  const place = review.order.indexOf(sha);
  const marks = [];
  if (place === 0 && review.hasNewHero) marks.push(["hero", gettext("new hero")]);
  if (image.before === null) marks.push(["added", nameAddition(review, image)]);
  else if (moved.has(sha) || isFirstAnew(review, sha) || standsForCopy(review, sha)) {
    marks.push(["moved", gettext("moved {from} → {to}", { from: image.before + 1, to: place + 1 })]);
  }
  if (image.after === null) marks.push(["kept", gettext("put back")]);
  marks.push(...markType(review, image));
  return marks.length ? marks : [["kept", gettext("kept")]];
}

export function markBefore(review, words, sha, moved) {
  const image = review.images.get(sha);
  const place = review.order.indexOf(sha);
  if (place < 0) {
    const [meaning, word] = markDropped(review, words, image, "before");
    return [[meaning, meaning === "copy" ? word : word.split(/,? \d/)[0]]];
  }
  if (moved.has(sha) || isFirstAnew(review, sha) || standsForCopy(review, sha)) return [["moved", gettext("moved to {place}", { place: place + 1 })]];
  return [["kept", gettext("kept")]];
}

export function markOut(review, words, sha) {
  const image = review.images.get(sha);
  return [markDropped(review, words, image), ...markType(review, image).filter(([kind]) => kind !== "unsure")];
}

export function makeIcon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function makeMark([meaning, word]) {
  const mark = document.createElement("span");
  mark.className = `mark mark-${COLOURS[meaning] ?? meaning}`;
  const text = document.createElement("span");
  text.className = "mark-word";
  text.textContent = word;
  mark.title = word;
  mark.append(makeIcon(ICONS[meaning]), text);
  return mark;
}
