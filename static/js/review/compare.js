// Two pictures of the product beside, over or across each other, enlarged together, and where they differ.
import { makeRows } from "./evidence.js";
import { chain, fit, fromRows, invert, scale } from "./matrices.js";
import { Viewer, show } from "./viewer.js";
import { calm } from "./calm.js";
import { gettext, writeNumber } from "../texts.js";
import { nameType } from "./types.js";

const FLICKER_MS = 500; // each way: one change a second
const TAP_MS = 260; // a key held longer flickers by hand
const VIEWS = ["side", "over", "split"];

export class Compare {
  constructor(dialog, page) {
    Object.assign(this, { dialog, page, isLinedUp: true, isHeat: false, found: null, view: "side" });
    const get = (selector) => dialog.querySelector(selector);
    this.stage = get(".compare-pair");
    this.frames = [...dialog.querySelectorAll(".compare-frame")];
    this.layers = Object.fromEntries([...dialog.querySelectorAll("[data-layer]")].map((one) => [one.dataset.layer, one]));
    this.viewer = new Viewer(this.frames, {
      place: (frame, box) => this.place(frame, box),
      pixels: () => (this.left ? Math.max(this.left.width, this.left.height) / Math.max(this.sizes[0].width, this.sizes[0].height) : 1),
      changed: ({ scale: by }) => { get("[data-zoom]").textContent = `${Math.round(by * 100)} %`; },
    });
    for (const button of dialog.querySelectorAll("[data-compare]")) {
      button.addEventListener("click", () => this.press(button.dataset.compare));
    }
    this.listen(get);
  }

  listen(get) {
    const { dialog } = this;
    dialog.addEventListener("keydown", (event) => this.keyDown(event));
    dialog.addEventListener("keyup", (event) => this.keyUp(event));
    dialog.addEventListener("close", () => {
      this.stopFlicker();
      this.asked?.abort();
    });
    get("[data-pickers]").addEventListener("click", (event) => {
      const sha = event.target.closest("[data-sha]")?.dataset.sha;
      if (sha) this.choose(sha);
    });
    get("#compare-split").addEventListener("input", (event) => this.split(event.target.value / 100));
    this.frames[0].addEventListener("pointermove", (event) => {
      if (this.view === "split" && !this.viewer.pointers.size) this.split(this.viewer.at(this.frames[0], event).x);
    });
  }

  open(left, right) {
    this.view = VIEWS.includes(this.view) ? this.view : "side";
    this.viewer.reset();
    this.dialog.showModal();
    this.draw(left, right);
  }

  draw(left, right) {
    Object.assign(this, { left, right, found: null });
    const { layers } = this;
    const names = [left, right].map((image) => this.name(image));
    this.sizes = [show(layers.left, left, { alt: names[0] }), show(layers.right, right, { alt: names[1] })];
    show(layers.over, right, { alt: names[1] });
    this.names = names;
    this.drawPickers();
    this.show(this.view);
    this.ask();
  }

  name(image) {
    const { review } = this.page;
    const place = review.order.indexOf(image.sha);
    const type = nameType(review.typeOf(image.sha));
    const where = place < 0 ? gettext("dropped picture") : place === 0 ? gettext("picture 1, the hero") : gettext("picture {place}", { place: place + 1 });
    const size = image.width && `${image.width} × ${image.height} px`;
    return [where, type, size, image.supplier].filter(Boolean).join(" · ");
  }

  // What the server has measured, or measures now; the pictures are there to be looked at meanwhile.
  async ask() {
    this.asked?.abort();
    this.asked = new AbortController();
    this.tell(gettext("Comparing …"));
    const pair = new URLSearchParams({ left: this.left.sha, right: this.right.sha });
    try {
      const answer = await fetch(`${this.page.data.comparisonUrl}?${pair}`, { signal: this.asked.signal });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.message);
      this.found = { ...found, matrix: found.matrix && fromRows(found.matrix) };
      this.drawFound();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.tell(error instanceof SyntaxError || error instanceof TypeError ? gettext("No answer: the two could not be compared. Choose a picture again to retry.") : error.message);
    }
  }

  tell(words) {
    this.dialog.querySelector("#compare-verdict").textContent = words;
    this.dialog.querySelector("#compare-geometry").textContent = "";
    this.dialog.querySelector("#compare-evidence").replaceChildren();
    this.drawButtons();
  }

  drawFound() {
    const { found, layers } = this;
    const sure = found.probability == null ? "" : ` ${gettext("Probability of a copy {share}.", { share: writeNumber(found.probability, 2) })}`;
    this.tell(`${found.verdict}${sure}`);
    this.dialog.querySelector("#compare-geometry").textContent = found.geometry;
    this.dialog.querySelector("#compare-evidence").replaceChildren(
      makeRows(gettext("Laid over each other"), found.rows), makeRows(gettext("As wholes, without laying them over each other"), found.paper),
    );
    this.drawSpots();
    for (const heat of [layers.heat, layers["heat-right"]]) heat.src = found.map;
    layers.heat.decode?.().catch(() => {}).then(() => this.viewer.draw());
    this.drawButtons();
    this.viewer.draw();
  }

  // Frames round the places that differ most, in the left picture.
  drawSpots() {
    const { spots } = this.layers;
    const [{ width, height }] = this.sizes;
    Object.assign(spots.style, { width: `${width}px`, height: `${height}px` });
    spots.setAttribute("viewBox", `0 0 ${width} ${height}`);
    spots.replaceChildren(...this.found.spots.map(([left, top, right, bottom]) => {
      const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const at = { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height };
      for (const [key, value] of Object.entries(at)) shape.setAttribute(key, value);
      return shape;
    }));
  }

  drawPickers() {
    const { review } = this.page;
    const shas = [...review.order, ...review.dropped].filter((sha) => !review.images.get(sha).unreadable);
    this.dialog.querySelector("[data-pickers]").replaceChildren(...shas.map((sha) => {
      const image = review.images.get(sha);
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "picker" });
      button.dataset.sha = sha;
      button.setAttribute("aria-label", gettext("Compare with {name}", { name: this.name(image) }));
      button.setAttribute("aria-pressed", sha === this.right.sha);
      button.disabled = sha === this.left.sha;
      const picture = document.createElement("img");
      Object.assign(picture, { src: image.small, alt: "", width: 48, height: 48 });
      button.append(picture);
      return button;
    }));
  }

  choose(sha) {
    if (sha === this.left.sha) return;
    const hadFocus = this.dialog.querySelector("[data-pickers]").contains(document.activeElement);
    this.draw(this.left, this.page.review.images.get(sha));
    if (hadFocus) this.dialog.querySelector(`[data-pickers] [data-sha="${sha}"]`).focus();
  }

  step(by) {
    const shas = [...this.dialog.querySelectorAll("[data-pickers] [data-sha]:not(:disabled)")].map((one) => one.dataset.sha);
    this.choose(shas[(shas.indexOf(this.right.sha) + by + shas.length) % shas.length]);
  }

  // From each picture's own pixels into the frame; lined up, the right one lies where the left one has it.
  place(frame, box) {
    if (!this.left) return [];
    const { layers, sizes, found } = this;
    const [left, right] = sizes.map((size) => fit(size, box));
    const matrix = found?.matrix;
    const heat = (into, ...more) => chain(into, ...more, scale(1 / (layers.heat.naturalWidth || 1)));
    if (frame === this.frames[1]) {
      const laid = matrix ? heat(right, scale(sizes[1].width), matrix) : right;
      return [[layers.right, right], [layers["heat-right"], laid]];
    }
    const lined = matrix && this.isLinedUp
      ? chain(left, scale(sizes[0].width), invert(matrix), scale(1 / sizes[1].width)) : right;
    return [[layers.left, left], [layers.over, lined], [layers.spots, left], [layers.heat, heat(left, scale(sizes[0].width))]];
  }

  show(view) {
    this.view = view;
    this.stopFlicker();
    this.stage.dataset.view = view;
    this.dialog.querySelector("#compare-split").closest("label").hidden = view !== "split";
    if (view === "split") this.split(this.share ?? 0.5);
    this.drawCaptions();
    this.drawButtons();
    this.viewer.draw();
  }

  split(share) {
    this.share = Math.min(1, Math.max(0, share));
    this.stage.style.setProperty("--split", `${this.share * 100}%`);
    this.dialog.querySelector("#compare-split").value = Math.round(this.share * 100);
  }

  // Beside each other each has its name; over each other, the one in sight.
  drawCaptions() {
    const [first, second] = this.dialog.querySelectorAll("figcaption");
    const isSecond = this.stage.classList.contains("is-second");
    const named = { side: this.names[0], over: this.names[isSecond ? 1 : 0], split: this.names.join(" | ") };
    first.textContent = named[this.view];
    second.textContent = this.names[1];
  }

  drawButtons() {
    const canLine = Boolean(this.found?.matrix) && this.view !== "side";
    const states = { heat: this.isHeat, line: this.isLinedUp && canLine, flicker: Boolean(this.timer) };
    for (const view of VIEWS) states[view] = this.view === view;
    for (const button of this.dialog.querySelectorAll("[data-compare]")) {
      const name = button.dataset.compare;
      if (name in states) button.setAttribute("aria-pressed", states[name]);
      if (name === "heat") button.disabled = !this.found?.map;
      if (name === "line") button.disabled = !canLine;
    }
    this.stage.classList.toggle("has-heat", this.isHeat && Boolean(this.found?.map));
  }

  press(name) {
    const does = {
      heat: () => { this.isHeat = !this.isHeat; },
      line: () => { this.isLinedUp = !this.isLinedUp; },
      flicker: () => this.toggleFlicker(),
      previous: () => this.step(-1), next: () => this.step(1),
      larger: () => this.viewer.press("+"), smaller: () => this.viewer.press("-"),
      whole: () => this.viewer.press("0"), real: () => this.viewer.press("1"),
    };
    if (VIEWS.includes(name)) this.show(name);
    else does[name]();
    this.drawButtons();
    this.viewer.draw();
  }

  toggleFlicker() {
    const wasOn = Boolean(this.timer);
    this.show("over");
    if (!wasOn && !calm()) this.timer = setInterval(() => this.swap(), FLICKER_MS);
    else if (!wasOn) this.swap(); // no motion by itself where none is wanted: each press changes once
    this.drawButtons();
  }

  swap(isSecond = !this.stage.classList.contains("is-second")) {
    this.stage.classList.toggle("is-second", isSecond);
    this.drawCaptions();
  }

  stopFlicker() {
    clearInterval(this.timer);
    this.timer = null;
    if (!calm() || this.view !== "over") this.swap(false);
  }

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "range") return;
    const keys = { s: "side", o: "over", w: "split", h: "heat", l: "line", ",": "previous", ".": "next" };
    if (event.key === "f" || (event.key === " " && !event.target.closest("button"))) this.hold(event);
    else if (event.key === "c") this.dialog.close();
    else if (keys[event.key]) this.dialog.querySelector(`[data-compare="${keys[event.key]}"]`).click();
    else if (!this.viewer.press(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of the same name
  }

  // Held, the key shows the second picture in the first one's place; tapped, they go on by themselves.
  hold(event) {
    event.preventDefault();
    if (event.repeat) return;
    this.held = { key: event.key, at: performance.now(), wasFlickering: Boolean(this.timer) };
    if (this.view !== "over" || this.timer) this.show("over");
    this.swap();
  }

  keyUp(event) {
    if (event.key !== this.held?.key) return;
    const { at, wasFlickering } = this.held;
    this.held = null;
    if (performance.now() - at > TAP_MS) this.swap(false);
    else if (!calm() && !wasFlickering) this.timer = setInterval(() => this.swap(), FLICKER_MS);
    else if (wasFlickering) this.swap(false);
    this.drawButtons();
  }
}
