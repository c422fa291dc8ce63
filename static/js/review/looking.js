// Commands that only look: enlarge, compare, preview, all lines. Their dialogs live as long as the document;
// the proposal that they speak of is whichever the page shows.
import { Compare } from "./compare.js";
import { Preview } from "./preview.js";
import { Rules } from "./rules.js";
import { Zoom } from "./zoom.js";

const find = (selector) => document.querySelector(selector);
let page = null;
let dialogs = null;
let watched = null;
const current = {
  get review() { return page.review; },
  get data() { return page.data; },
  get strips() { return page.strips; },
};

function makeDialogs() {
  return {
    compare: new Compare(find("#compare"), current),
    zoom: new Zoom(find("#zoom"), current),
    preview: new Preview(find("#preview"), current),
    rules: new Rules(find("#rules-fold"), current),
  };
}

// What a picture is compared with: the one that it is said to repeat, else its copy, else its neighbour.
export function findOther(review, sha) {
  const copy = review.copyOf(sha) ?? review.images.get(sha).copyOf;
  if (copy) return copy;
  const copies = [...review.images.values()].filter((image) => image.copyOf === sha);
  const others = [...review.order, ...review.before, ...review.dropped].filter((other) => other !== sha);
  return [...copies.map((image) => image.sha), ...others].find((other) => !review.images.get(other).unreadable);
}

function compare() {
  const { review, strips } = current;
  const sha = strips.focus?.sha;
  const other = sha && !review.images.get(sha).unreadable && findOther(review, sha);
  if (!other) return;
  const isCopy = (review.copyOf(sha) ?? review.images.get(sha).copyOf) === other;
  const [left, right] = isCopy ? [other, sha] : [sha, other]; // what stays is on the left
  dialogs.compare.open(review.images.get(left), review.images.get(right));
}

function zoom() {
  const image = current.review.images.get(current.strips.focus?.sha);
  if (image && !image.unreadable) dialogs.zoom.open(image);
}

export function looking(shown) {
  page = shown;
  dialogs ??= makeDialogs();
  if (watched !== page.review) {
    watched = page.review;
    watched.watch(() => dialogs.rules.later());
  }
  return {
    compare, zoom,
    preview: () => dialogs.preview.open(),
    rules: () => dialogs.rules.toggle(),
    lines: () => page.strips.root.dispatchEvent(new CustomEvent("toggle-lines")),
  };
}
