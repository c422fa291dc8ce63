// One picture, or two beside each other, as large as the window allows; enlarged together.
import { fit } from "../review/matrices.js";
import { layOut, show, Viewer } from "../review/viewer.js";

const KEPT = 8; // pictures that stay decoded

export class Pictures {
  constructor() { this.kept = new Map(); }

  // Load and decode ahead; the same element is shown later, so that showing it costs one frame.
  prepare(image) {
    const known = this.kept.get(image.sha);
    if (known) return known;
    const element = new Image();
    element.draggable = false;
    show(element, image, { alt: image.alt });
    const ready = element.decode().then(() => true, () => false);
    this.kept.set(image.sha, { element, ready });
    for (const sha of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(sha);
    return this.kept.get(image.sha);
  }

  // What did not come is not kept: it is asked for anew when it is shown.
  forget(image) { this.kept.delete(image.sha); }
}

export class Stage {
  constructor(root, pictures) {
    Object.assign(this, { root, pictures, images: [], shown: [] });
    root.classList.add("is-live");
    root.replaceChildren();
    this.frames = [0, 1].map(() => {
      const frame = document.createElement("div");
      frame.className = "stage-frame";
      root.append(frame);
      return frame;
    });
    this.viewer = new Viewer(this.frames, {
      place: (frame, box) => this.place(frame, box),
      pixels: () => (this.images[0] ? this.images[0].width / layOut(this.images[0]).width || 1 : 1),
      changed: ({ scale }) => this.sharpen(scale),
    });
  }

  // Resolves to whether every picture could be shown.
  async show(question) {
    this.images = question.images;
    this.isBlur = question.subject === "blur";
    this.flicker(false);
    const found = question.images.map((image) => this.pictures.prepare(image));
    this.shown = found.map(({ element }) => element);
    this.over = this.shown[1] ? this.shown[1].cloneNode() : null;
    this.over?.classList.add("stage-over");
    this.over?.setAttribute("aria-hidden", "true");
    this.frames[0].replaceChildren(this.shown[0], ...(this.over ? [this.over] : []));
    this.frames[1].replaceChildren(...(this.shown[1] ? [this.shown[1]] : []));
    this.root.classList.toggle("is-pair", Boolean(this.shown[1]));
    this.viewer.reset();
    const ready = await Promise.all(found.map((one) => one.ready));
    return ready.every(Boolean);
  }

  // Whether a picture is sharp is not to be judged by one that was blown up.
  fit(image, box) {
    const size = layOut(image);
    const matrix = fit(size, box);
    const most = this.isBlur && image.width ? image.width / size.width / devicePixelRatio : matrix[0];
    const by = Math.min(matrix[0], most);
    return [by, 0, 0, by, (box.width - by * size.width) / 2, (box.height - by * size.height) / 2];
  }

  place(frame, box) {
    const place = this.frames.indexOf(frame);
    if (!this.shown[place]) return [];
    const own = [this.shown[place], this.fit(this.images[place], box)];
    return place === 0 && this.over ? [own, [this.over, this.fit(this.images[1], box)]] : [own];
  }

  // Closer than the rendition shows: the file itself.
  sharpen(scale) {
    if (scale < 1.6) return;
    this.shown.forEach((element, place) => {
      const image = this.images[place];
      if (Math.max(image.width, image.height) > 1200) show(element, image, { alt: image.alt, isReal: true });
    });
  }

  flicker(isSecond) { this.root.classList.toggle("is-second", isSecond); }

  get isEnlarged() { return this.viewer.view.scale > 1.01; }
}
