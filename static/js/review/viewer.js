// Frames that share one enlargement: what is enlarged or pushed in one of them, moves in all.
// Wheel, pinch, drag, double click; keys: + - 0 for the whole, 1 for real pixels, arrows.
import { chain, toCss } from "./matrices.js";

const LARGEST = 24;
const STEP = 1.4; // of a key
const PUSH = 0.12; // of what is seen, a key
const LAYOUT_PX = 1200; // longest side of a picture's element; what is drawn is always as sharp as its file

export class Viewer {
  // frames: elements. place(frame, box) gives [element, matrix] for every picture in it, from layout pixels
  // of the picture to those of the frame when nothing is enlarged. pixels(): of the real picture a layout pixel.
  constructor(frames, { place, pixels = () => 1, changed = () => {} }) {
    Object.assign(this, { frames, place, pixels, changed, pointers: new Map() });
    this.view = { scale: 1, x: 0.5, y: 0.5 };
    for (const frame of frames) this.listen(frame);
    this.watcher = new ResizeObserver(() => this.draw());
    frames.forEach((frame) => this.watcher.observe(frame));
  }

  listen(frame) {
    frame.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), this.at(frame, event));
    }, { passive: false });
    frame.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.pointers.set(event.pointerId, this.at(frame, event));
      frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener("pointermove", (event) => this.drag(frame, event));
    for (const name of ["pointerup", "pointercancel"]) {
      frame.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
    frame.addEventListener("dblclick", (event) => {
      if (this.view.scale > 1.01) this.reset();
      else this.zoom(Math.max(2, this.realScale()), this.at(frame, event));
    });
  }

  // Where something happened, as shares of the frame.
  at(frame, event) {
    const box = frame.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  drag(frame, event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.at(frame, event);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other) {
      const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y);
      this.zoom(apart(now) / Math.max(0.01, apart(before)), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    }
    const share = other ? 2 : 1; // two fingers push together: each half the way
    this.push((before.x - now.x) / share / this.view.scale, (before.y - now.y) / share / this.view.scale);
  }

  zoom(by, at = { x: 0.5, y: 0.5 }) {
    const { scale, x, y } = this.view;
    const wanted = Math.min(LARGEST, Math.max(Math.min(1, this.realScale()), scale * by));
    const place = (centre, point) => centre + (point - 0.5) / scale - (point - 0.5) / wanted;
    this.view = { scale: wanted, x: place(x, at.x), y: place(y, at.y) };
    this.draw();
  }

  push(x, y) {
    this.view.x += x;
    this.view.y += y;
    this.draw();
  }

  reset() {
    this.view = { scale: 1, x: 0.5, y: 0.5 };
    this.draw();
  }

  // The enlargement at which a pixel of the file is a pixel of the screen.
  realScale() {
    const box = this.frames[0].getBoundingClientRect();
    const [, matrix] = this.place(this.frames[0], box)[0] ?? [];
    return matrix && box.width ? this.pixels() / (Math.hypot(matrix[0], matrix[1]) * devicePixelRatio) : 1;
  }

  showRealPixels() {
    this.zoom(this.realScale() / this.view.scale);
  }

  draw() {
    const room = Math.max(0, 0.5 - 0.5 / this.view.scale);
    this.view.x = Math.min(0.5 + room, Math.max(0.5 - room, this.view.x));
    this.view.y = Math.min(0.5 + room, Math.max(0.5 - room, this.view.y));
    const { scale, x, y } = this.view;
    for (const frame of this.frames) {
      const box = { width: frame.clientWidth, height: frame.clientHeight };
      if (!box.width) continue;
      const seen = [scale, 0, 0, scale, box.width * (0.5 - scale * x), box.height * (0.5 - scale * y)];
      for (const [element, matrix] of this.place(frame, box)) element.style.transform = toCss(chain(seen, matrix));
    }
    this.changed(this.view);
  }

  // True where the key was one of the viewer's.
  press(key) {
    const by = PUSH / this.view.scale;
    const does = {
      "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP),
      0: () => this.reset(), 1: () => this.showRealPixels(),
      ArrowLeft: () => this.push(-by, 0), ArrowRight: () => this.push(by, 0),
      ArrowUp: () => this.push(0, -by), ArrowDown: () => this.push(0, by),
    };
    does[key]?.();
    return key in does;
  }
}

// How large a picture's element is laid out, from what is known of the file.
export function layOut(image) {
  const [width, height] = image.width ? [image.width, image.height] : [600, 600];
  const by = Math.min(1, LAYOUT_PX / Math.max(width, height));
  return { width: width * by, height: height * by };
}

// An element that shows a picture in a viewer; its own pixels where asked for and the browser knows the kind.
export function show(element, image, { alt = "", isReal = false } = {}) {
  const size = layOut(image);
  const src = isReal && ["JPEG", "PNG", "WEBP", "GIF", "AVIF"].includes(image.kind) ? image.original : image.large;
  if (element.getAttribute("src") !== src) element.src = src;
  element.alt = alt;
  element.style.width = `${size.width}px`;
  element.style.height = `${size.height}px`;
  return size;
}
