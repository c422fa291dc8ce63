// What would change, in one sentence; said anew with every edit. Follows review/actions/changes.py.
import { findMovedShas } from "./marks.js";
import { gettext, ngettext } from "../texts.js";

const listed = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" });

function describeHero(review, views, sha) {
  const image = review.images.get(sha);
  const view = views[review.typeOf(sha)];
  const isNamed = view && image.before === null && image.supplier;
  if (isNamed) return gettext("{view} from {supplier} becomes the hero", { view: gettext(view), supplier: image.supplier });
  if (view) return gettext("{view} becomes the hero", { view: gettext(view) });
  if (image.before !== null) return gettext("image {place} becomes the hero", { place: image.before + 1 });
  return image.supplier ? gettext("an image from {supplier} becomes the hero", image) : gettext("a new image becomes the hero");
}

function describeOut(review, words, out) {
  const counts = new Map();
  for (const sha of out) {
    const reason = review.reasonFor(sha);
    if (reason !== "duplicate") counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, many]) => {
    const [one, more] = words.poor[reason] ?? [];
    const things = one ? ngettext(one, more, many) : ngettext("image", "images", many);
    return gettext("{count} {things} removed", { count: many, things });
  });
}

export function summarise(review, words) {
  const out = review.before.filter((sha) => !review.isKept(sha));
  const added = review.order.filter((sha) => review.images.get(sha).before === null);
  const copies = out.filter((sha) => review.reasonFor(sha) === "duplicate");
  const better = added.filter((sha) => copies.some((copy) => review.copyOf(copy) === sha));
  const fresh = added.filter((sha) => !better.includes(sha));
  const suppliers = [...new Set(fresh.map((sha) => review.images.get(sha).supplier).filter(Boolean))].sort();
  const { hasNewHero } = review;
  const parts = hasNewHero ? [describeHero(review, words.views, review.order[0])] : [];
  if (better.length) parts.push(ngettext("{count} image replaced by a better copy", "{count} images replaced by a better copy", better.length));
  if (copies.length > better.length) parts.push(ngettext("{count} copy removed", "{count} copies removed", copies.length - better.length));
  parts.push(...describeOut(review, words, out));
  if (fresh.length && !suppliers.length) parts.push(ngettext("{count} image added", "{count} images added", fresh.length));
  else if (fresh.length) parts.push(ngettext("{count} image added from {names}", "{count} images added from {names}", fresh.length, { names: listed.format(suppliers) }));
  const named = Object.keys(review.now.types).length;
  if (named) parts.push(ngettext("{count} image renamed", "{count} images renamed", named));
  if (!hasNewHero && findMovedShas(review).size) parts.push(gettext("order changed"));
  return parts.join(" · ") || gettext("nothing changes: the set stays as it is today");
}
