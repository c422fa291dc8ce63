// Why a kept picture stands where it stands, in a sentence.
const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];

// What the reviewer's edits changed is theirs; else what the selection noted; else the category's list of types.
export function explainPlace(review, types, sha) {
  const place = review.order.indexOf(sha);
  const wasHere = review.proposed.indexOf(sha) === place;
  if (!wasHere) return place === 0 ? "The hero, by your edits." : "Here by your edits.";
  const image = review.images.get(sha);
  const noted = image.evidence?.place;
  if (noted) return `${noted[0].toUpperCase()}${noted.slice(1)}.`;
  const type = review.typeOf(sha);
  if (!type || type === "unsure") return "Its type is unsure: it keeps its place among the suppliers' pictures.";
  const earlier = review.order.slice(0, place).filter((other) => review.typeOf(other) === type).length;
  if (earlier) return `A further ${type} picture: it comes after the first of each type.`;
  const rank = types.indexOf(type);
  return rank < 0 ? "" : `${type[0].toUpperCase()}${type.slice(1)} is the ${ORDINALS[rank] ?? `${rank + 1}th`} type that this category wants.`;
}
