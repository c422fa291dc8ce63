// What would change, in one sentence; said anew with every edit. Follows review/actions/changes.py.
import { findMovedShas } from "./marks.js";

const listed = new Intl.ListFormat("en", { type: "conjunction" });
const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

function describeHero(review, views, sha) {
  const image = review.images.get(sha);
  const view = views[review.typeOf(sha)];
  if (view) return `${view} becomes the hero`;
  if (image.before !== null) return `image ${image.before + 1} becomes the hero`;
  return image.supplier ? `an image from ${image.supplier} becomes the hero` : "a new image becomes the hero";
}

function describeOut(review, words, out) {
  const counts = new Map();
  for (const sha of out) {
    const reason = review.reasonFor(sha);
    if (reason !== "duplicate") counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, many]) => `${count(many, ...(words.poor[reason] ?? ["image"]))} removed`);
}

export function summarise(review, words) {
  const out = review.before.filter((sha) => !review.isKept(sha));
  const added = review.order.filter((sha) => review.images.get(sha).before === null);
  const copies = out.filter((sha) => review.reasonFor(sha) === "duplicate");
  const better = added.filter((sha) => copies.some((copy) => review.copyOf(copy) === sha));
  const fresh = added.filter((sha) => !better.includes(sha));
  const suppliers = [...new Set(fresh.map((sha) => review.images.get(sha).supplier).filter(Boolean))].sort();
  const hasNewHero = review.order[0] !== review.before[0];
  const parts = hasNewHero ? [describeHero(review, words.views, review.order[0])] : [];
  if (better.length) parts.push(`${count(better.length, "image")} replaced by a better copy`);
  if (copies.length > better.length) parts.push(`${count(copies.length - better.length, "copy", "copies")} removed`);
  parts.push(...describeOut(review, words, out));
  if (fresh.length) parts.push(`${count(fresh.length, "image")} added${suppliers.length ? ` from ${listed.format(suppliers)}` : ""}`);
  const named = Object.keys(review.now.types).length;
  if (named) parts.push(`${count(named, "image")} renamed`);
  if (!hasNewHero && findMovedShas(review).size) parts.push("order changed");
  return parts.join(" · ") || "nothing changes: the set stays as it is today";
}
