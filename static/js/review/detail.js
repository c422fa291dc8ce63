// The picture in focus: large, with its marks, evidence, types and the reason when it was taken out.
import { showBoxes, showEvidence } from "./evidence.js";
import { explainPlace } from "./places.js";
import { findMovedShas, makeMark, markAfter, markBefore, markOut } from "./marks.js";
import { gettext, writeNumber } from "../texts.js";
import { nameType, nameTypeOr } from "./types.js";

const MARKERS = { before: markBefore, after: markAfter, dropped: markOut };
const find = (selector) => document.querySelector(selector);

export class Detail {
  constructor(strips, review, data, act) {
    Object.assign(this, { strips, review, data });
    this.begin(act);
    strips.root.addEventListener("proposal-shown", () => this.begin(act));
    strips.root.addEventListener("focus-moved", () => this.draw());
    if (matchMedia("(max-width: 720px)").matches) { // the strips are next on a phone, evidence on demand
      for (const fold of document.querySelectorAll(".detail-fold")) fold.open = false;
    }
  }

  // What goes by the proposal: its types, and the models that judged it.
  begin(act) {
    const { data } = this;
    this.makeChips(find("#types"), data.types, (type, i) => ({ word: nameType(type), key: i < 9 ? i + 1 : "" }), (type) => act("relabel", type));
    this.makeChips(find("#drop-reasons .chips"), data.offeredReasons, (reason) => ({ word: data.reasons[reason], key: "" }), (reason) => act("drop-reason", reason));
    this.versions = Object.entries(data.models ?? {}).map(([name, version]) => `${name} ${version}`).join(" · ");
  }

  makeChips(place, values, describe, choose) {
    place.replaceChildren(...values.map((value, i) => {
      const { word, key } = describe(value, i);
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.dataset.value = value;
      chip.append(word);
      if (key) {
        const hint = document.createElement("kbd");
        hint.setAttribute("aria-hidden", "true");
        hint.textContent = key;
        chip.append(" ", hint);
      }
      chip.addEventListener("click", () => choose(value));
      return chip;
    }));
  }

  draw() {
    const { strip, sha } = this.strips.focus;
    const image = this.review.images.get(sha);
    const isKept = this.review.isKept(sha);
    this.drawPicture(image);
    const marks = MARKERS[strip](this.review, this.data.reasons, sha, findMovedShas(this.review));
    find("#detail-marks").replaceChildren(...marks.map(makeMark));
    find("#detail-why").textContent = isKept ? explainPlace(this.review, this.data.types, sha) : "";
    find("#detail-title").textContent = this.title(strip, sha);
    find("#detail-facts").replaceChildren(...describeFile(image).map(makeFact));
    find("#drop-word").textContent = isKept ? gettext("Drop") : gettext("Put back");
    find('[data-do="drop-why"]').hidden = !isKept && image.after === null;
    find('[data-do="not-copy"]').hidden = !this.review.copyOf(sha) || isKept;
    find('[data-do="exchange"]').hidden = !this.review.twinOf(sha);
    find("#exchange-word").textContent = isKept ? gettext("Its copy instead") : gettext("This copy instead");
    for (const name of ["hero", "drop", "drop-why", "not-copy", "exchange"]) find(`[data-do="${name}"]`).disabled = !this.data.canEdit;
    if (this.review.order[0] === sha) find('[data-do="hero"]').disabled = true;
    for (const [name, by] of [["move-left", -1], ["move-right", 1]]) {
      const to = this.review.order.indexOf(sha) + by;
      find(`[data-do="${name}"]`).disabled = !this.data.canEdit || !isKept || to < 0 || to >= this.review.order.length;
    }
    this.drawChoices(image, isKept);
    showEvidence(find("#evidence"), image, this.versions);
    showBoxes(find("#detail-boxes"), image);
  }

  title(strip, sha) {
    if (strip === "dropped") return gettext("Dropped picture");
    const place = this.strips.listOf(strip).indexOf(sha) + 1;
    if (strip === "before") return gettext("Picture {place} of today's set", { place });
    return place === 1 ? gettext("Picture 1, the hero") : gettext("Picture {place} of the new set", { place });
  }

  // The tile's rendition is there already: it shows until the large one has come.
  drawPicture(image) {
    const picture = find("#detail-image");
    if (picture.dataset.sha === image.sha) return;
    picture.hidden = Boolean(image.unreadable);
    picture.dataset.sha = image.sha;
    picture.width = image.width || 600;
    picture.height = image.height || 600;
    picture.alt = nameTypeOr(this.review.typeOf(image.sha), gettext("product picture"));
    picture.src = image.tile;
    const large = new Image();
    large.addEventListener("load", () => {
      if (picture.dataset.sha === image.sha) picture.src = image.large;
    });
    large.src = image.large;
  }

  drawChoices(image, isKept) {
    const type = this.review.typeOf(image.sha);
    for (const chip of find("#types").children) {
      chip.setAttribute("aria-pressed", chip.dataset.value === type);
      chip.disabled = !this.data.canEdit;
    }
    const isTakenOut = !isKept && image.after !== null;
    find("#drop-reasons").hidden = !isTakenOut;
    for (const chip of find("#drop-reasons .chips").children) {
      chip.setAttribute("aria-pressed", chip.dataset.value === this.review.now.drops[image.sha]);
      chip.disabled = !this.data.canEdit;
    }
  }
}

function describeFile(image) {
  const size = image.bytes >= 1e6 ? `${writeNumber(image.bytes / 1e6, 1)} MB` : `${Math.max(1, Math.round(image.bytes / 1e3))} kB`;
  const facts = image.unreadable ? [[gettext("Trouble"), image.unreadable]] : [];
  facts.push([gettext("Sent by"), image.origin || image.supplier || gettext("nobody any more")]);
  if (image.width) facts.push([gettext("Size"), `${image.width} × ${image.height} px · ${size} · ${image.kind}`]);
  facts.push([gettext("File"), image.source.split("/").at(-1)], [gettext("First seen"), image.firstSeen]);
  return facts;
}

function makeFact([name, value]) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const text = document.createElement("dd");
  term.textContent = name;
  text.textContent = value;
  row.append(term, text);
  return row;
}
