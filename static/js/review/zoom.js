// One picture as large as the window, down to the pixels of its file.
import { fit } from "./matrices.js";
import { Viewer, show } from "./viewer.js";
import { gettext } from "../texts.js";
import { nameType } from "./types.js";

export class Zoom {
  constructor(dialog, page) {
    Object.assign(this, { dialog, page, image: null });
    this.picture = dialog.querySelector("img");
    this.stage = dialog.querySelector(".zoom-stage");
    this.viewer = new Viewer([this.stage], {
      place: (frame, box) => (this.image ? [[this.picture, fit(this.size, box)]] : []),
      pixels: () => (this.image ? (this.image.width || this.size.width) / this.size.width : 1),
      changed: (view) => this.tell(view),
    });
    for (const button of dialog.querySelectorAll("[data-zoom-do]")) {
      button.addEventListener("click", () => this.viewer.press(button.dataset.zoomDo));
    }
    dialog.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ",": -1, ".": 1 }[event.key];
      if (step) this.step(step);
      else if (event.key === " " && !event.target.closest("button, a")) dialog.close();
      else if (!this.viewer.press(event.key)) return;
      event.preventDefault();
      event.stopPropagation(); // the page has keys of the same name
    });
  }

  open(image) {
    this.draw(image);
    this.dialog.showModal();
    this.viewer.reset();
  }

  draw(image) {
    this.image = image;
    const { review } = this.page;
    const place = review.order.indexOf(image.sha);
    const type = review.typeOf(image.sha);
    const name = [place < 0 ? gettext("Dropped picture") : gettext("Picture {place}", { place: place + 1 }), nameType(type)].filter(Boolean).join(", ");
    this.dialog.querySelector("#zoom-title").textContent = name;
    this.dialog.querySelector("#zoom-facts").textContent = [image.width && `${image.width} × ${image.height} px`, image.kind, image.origin].filter(Boolean).join(" · ");
    this.dialog.querySelector("#zoom-original").href = image.original;
    this.size = show(this.picture, image, { alt: name });
  }

  // The rendition first; the file itself once somebody looks closer than the rendition shows.
  tell({ scale }) {
    if (!this.image) return;
    const real = this.viewer.realScale();
    this.dialog.querySelector("[data-zoom]").textContent = `${Math.round((100 * scale) / real)} %`;
    const needs = (scale / real) * Math.max(this.image.width, this.image.height) > 1200;
    if (needs && scale > 1.01) show(this.picture, this.image, { alt: this.picture.alt, isReal: true });
  }

  step(by) {
    const { review } = this.page;
    const shas = [...review.order, ...review.dropped].filter((sha) => !review.images.get(sha).unreadable);
    const sha = shas[(shas.indexOf(this.image.sha) + by + shas.length) % shas.length];
    this.draw(review.images.get(sha));
    this.viewer.draw();
  }
}
