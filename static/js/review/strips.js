// The three strips. Tiles are made once for each strip and picture and then only moved, so nothing flickers.
import { findMovedShas, makeIcon, makeMark, markAfter, markBefore, markOut } from "./marks.js";
import { showEdges } from "./edges.js";
import { gettext, noop } from "../texts.js";
import { nameTypeOr } from "./types.js";

const MARKERS = { before: markBefore, after: markAfter, dropped: markOut };
const NAMES = { before: noop("Picture {place} before"), after: noop("Picture {place} after"), dropped: noop("Dropped picture") };
const ROOM_PX = 56; // beside the tile in focus: where a row goes on, its last 48 px fade out

export class Strips {
  constructor(root, review, words) {
    Object.assign(this, { root, review, words, tiles: new Map(), focus: null });
    this.template = document.querySelector("#tile");
    this.lists = Object.fromEntries(
      [...root.querySelectorAll("[data-strip]")].map((list) => [list.dataset.strip, list]),
    );
    for (const list of Object.values(this.lists)) showEdges(list);
    review.watch(() => this.draw());
  }

  // Another proposal: none of the old tiles is of use.
  begin() {
    this.tiles.clear();
    this.focus = null;
  }

  // The new set is seen whole where the window allows; an edit does not change how large its pictures are.
  fit() { this.lists.after.style.setProperty("--many", Math.max(1, this.review.order.length)); }

  listOf(strip) {
    if (strip === "before") return this.review.before;
    return strip === "after" ? this.review.order : this.review.dropped;
  }

  draw() {
    const moved = findMovedShas(this.review);
    for (const [strip, list] of Object.entries(this.lists)) {
      const shas = this.listOf(strip);
      const entries = shas.map((sha, place) => this.drawTile(strip, sha, place, moved));
      if ([...list.children].some((child, i) => child !== entries[i]) || list.children.length !== entries.length) {
        list.replaceChildren(...entries);
      }
      this.root.querySelector(`[data-count="${strip}"]`).textContent = shas.length;
    }
    if (this.focus) this.setFocus(this.focus.strip, this.focus.sha, false);
  }

  drawTile(strip, sha, place, moved) {
    const entry = this.tiles.get(`${strip} ${sha}`) ?? this.makeTile(strip, sha);
    const tile = entry.firstElementChild;
    const found = MARKERS[strip](this.review, this.words, sha, moved).filter(([meaning]) => meaning !== "unsure");
    const marks = found.length ? found : [["kept", gettext("kept")]]; // that the type is unsure stands above it
    const type = nameTypeOr(this.review.typeOf(sha), gettext("no type"));
    tile.querySelector(".tile-place").textContent = strip === "dropped" ? "" : place + 1;
    tile.querySelector(".tile-type").textContent = type;
    tile.querySelector(".marks").replaceChildren(...marks.map(makeMark));
    tile.classList.toggle("has-no-type", [null, "", "unsure"].includes(this.review.typeOf(sha)));
    tile.classList.toggle("is-unchanged", marks.every(([meaning]) => meaning === "kept"));
    tile.classList.toggle("is-out", strip === "before" && !this.review.isKept(sha));
    const name = gettext(NAMES[strip], { place: place + 1 });
    tile.setAttribute("aria-label", [name, type, ...marks.map(([, word]) => word)].join(", "));
    return entry;
  }

  makeTile(strip, sha) {
    const image = this.review.images.get(sha);
    const entry = this.template.content.firstElementChild.cloneNode(true);
    const tile = entry.firstElementChild;
    const picture = tile.querySelector("img");
    if (image.unreadable) picture.replaceWith(makeIcon("picture-off"));
    picture.src = strip === "dropped" ? image.small : image.tile;
    picture.width = image.width || 480;
    picture.height = image.height || 480;
    Object.assign(tile.dataset, { sha, strip });
    tile.draggable = strip !== "before";
    this.tiles.set(`${strip} ${sha}`, entry);
    return entry;
  }

  tileOf(strip, sha) { return this.tiles.get(`${strip} ${sha}`)?.firstElementChild; }

  // Where a picture stands now, the after strip first: commands mean that place.
  stripOf(sha) { return this.review.isKept(sha) ? "after" : "dropped"; }

  setFocus(strip, sha, grab = true) {
    if (!this.listOf(strip).includes(sha)) strip = this.stripOf(sha);
    this.focus = { strip, sha };
    for (const entry of this.tiles.values()) {
      const tile = entry.firstElementChild;
      const isHere = tile.dataset.sha === sha && tile.dataset.strip === strip;
      tile.tabIndex = isHere || this.isDoor(tile) ? 0 : -1;
      tile.classList.toggle("is-focus", isHere);
      if (isHere && grab) tile.focus({ preventScroll: true });
      if (isHere) this.reveal(tile);
    }
    this.root.dispatchEvent(new CustomEvent("focus-moved", { detail: this.focus }));
  }

  // Tab goes from strip to strip, arrows within one: each strip has one tile that Tab can reach.
  isDoor(tile) {
    const { strip, sha } = tile.dataset;
    const list = this.listOf(strip);
    if (strip === this.focus.strip) return false;
    return list.includes(this.focus.sha) ? sha === this.focus.sha : sha === list[0];
  }

  // Scroll the strip sideways only: the page stays where it is.
  reveal(tile) {
    const list = tile.closest(".tiles");
    const left = tile.parentElement.offsetLeft - list.offsetLeft;
    const right = left + tile.offsetWidth;
    if (left - ROOM_PX < list.scrollLeft) list.scrollLeft = left - ROOM_PX;
    else if (right + ROOM_PX > list.scrollLeft + list.clientWidth) list.scrollLeft = right + ROOM_PX - list.clientWidth;
  }

  stepFocus(by) {
    const list = this.listOf(this.focus.strip);
    const sha = list[list.indexOf(this.focus.sha) + by];
    if (sha) this.setFocus(this.focus.strip, sha);
  }

  // Up and down: the same picture where the other strip has it, else the one above or below it.
  changeStrip(by) {
    const strips = ["before", "after", "dropped"].filter((strip) => this.listOf(strip).length);
    const strip = strips[strips.indexOf(this.focus.strip) + by];
    if (!strip) return;
    const list = this.listOf(strip);
    const same = list.includes(this.focus.sha);
    const place = Math.max(0, this.listOf(this.focus.strip).indexOf(this.focus.sha));
    this.setFocus(strip, same ? this.focus.sha : list[Math.min(place, list.length - 1)]);
  }
}
