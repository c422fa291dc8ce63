// What types of pictures are called; a category's own types are called as they are written.
import { gettext, noop } from "../texts.js";

const TYPES = {
  front: noop("front"), angle: noop("angle"), side: noop("side"), left: noop("left"), right: noop("right"), back: noop("back"),
  top: noop("top"), detail: noop("detail"), lifestyle: noop("lifestyle"), accessory: noop("accessory"),
  packaging: noop("packaging"), multiview: noop("multiview"), other: noop("other"), unsure: noop("unsure"),
};

export const nameType = (type) => (Object.hasOwn(TYPES, type) ? gettext(TYPES[type]) : type);
export const nameTypeOr = (type, otherwise) => (type ? nameType(type) : otherwise);
