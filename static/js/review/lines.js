// Where pictures went: one line and a ghost for the picture that is pointed at or in focus, all lines at a key.
const SVG = "http://www.w3.org/2000/svg";
const STUB_PX = 16; // of a line that would have to cross the strip between

function makeLine(kind, start, stop) {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", `line line-${kind}`);
  const path = document.createElementNS(SVG, "path");
  const end = document.createElementNS(SVG, "circle");
  const middle = (start[1] + stop[1]) / 2;
  path.setAttribute("d", `M${start} C${start[0]},${middle} ${stop[0]},${middle} ${stop}`);
  for (const [key, value] of Object.entries({ cx: stop[0], cy: stop[1], r: 4 })) end.setAttribute(key, value);
  group.append(path, end);
  return group;
}

export class MoveLine {
  constructor(strips) {
    Object.assign(this, { strips, root: strips.root, hovered: null, isAll: false });
    this.svg = this.root.querySelector("#lines");
    const later = () => { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); }); };
    this.root.addEventListener("pointerover", (event) => this.point(event.target.closest?.(".tile"), later));
    this.root.addEventListener("pointerleave", () => this.point(null, later));
    this.root.addEventListener("focus-moved", later);
    this.root.addEventListener("scroll", later, true);
    this.root.addEventListener("toggle-lines", () => { this.isAll = !this.isAll; later(); });
    strips.review.watch(later);
    new ResizeObserver(later).observe(this.root);
  }

  point(tile, later) {
    this.hovered = tile?.dataset.sha ?? null;
    later();
  }

  draw() {
    this.origin = this.root.getBoundingClientRect();
    const { review, focus } = this.strips;
    const one = this.hovered ?? focus?.sha;
    const shas = this.isAll ? [...review.images.keys()].filter((sha) => sha !== one) : [];
    const lines = shas.flatMap((sha) => this.trace(sha, false));
    if (one && review.images.has(one)) lines.push(...this.trace(one, true), ...this.traceCopy(one));
    this.svg.replaceChildren(...lines);
    this.svg.classList.toggle("is-all", this.isAll);
    this.ghost(one);
    document.querySelector('[data-do="lines"]')?.setAttribute("aria-pressed", this.isAll);
  }

  // The other place of the picture is marked too, for whoever can't follow a line.
  ghost(sha) {
    for (const tile of this.root.querySelectorAll(".is-ghost")) tile.classList.remove("is-ghost");
    if (sha && ["moved", "removed"].includes(this.kindOf(sha))) {
      this.strips.tileOf("before", sha)?.classList.add("is-ghost");
    }
  }

  kindOf(sha) {
    const { review } = this.strips;
    const image = review.images.get(sha);
    if (image?.before == null) return review.isKept(sha) ? "added" : "none";
    if (!review.isKept(sha)) return "removed";
    const tile = this.strips.tileOf("after", sha);
    return tile?.querySelector(".mark-moved") ? "moved" : "kept";
  }

  // Lines between neighbouring strips lie in the gap; one that would cross pictures is drawn whole only for
  // the picture in focus, and is cut short in the view of all.
  trace(sha, isOne) {
    const kind = this.kindOf(sha);
    const from = this.strips.tileOf("before", sha);
    const to = this.strips.tileOf(this.strips.stripOf(sha), sha);
    if (kind === "none" || !to?.isConnected || to.offsetParent === null) return [];
    const stop = this.topOf(to);
    const isSeen = [from, to].some((tile) => tile?.isConnected && this.isInSight(tile));
    if (!isOne && !isSeen) return []; // or all that is scrolled away would end in one place
    if (kind === "added") return this.isAll ? [makeLine("added", [stop[0], stop[1] - STUB_PX], stop)] : [];
    if (!from?.isConnected || from.offsetParent === null) return [];
    const start = this.bottomOf(from);
    if (kind === "removed" && !isOne && !this.isInSight(from)) return [];
    if (kind === "removed" && !isOne) return [makeLine(kind, start, [start[0], start[1] + STUB_PX])];
    if (kind === "kept" && !isOne) return [];
    return [makeLine(kind, start, stop)];
  }

  // From a copy to the picture that stays.
  traceCopy(sha) {
    const { review } = this.strips;
    const other = !review.isKept(sha) && review.reasonFor(sha) === "duplicate" ? review.copyOf(sha) : null;
    const from = this.strips.tileOf("dropped", sha);
    const to = other && this.strips.tileOf("after", other);
    if (!to?.isConnected || !from?.isConnected) return [];
    return [makeLine("copy", this.topOf(from), this.bottomOf(to))];
  }

  topOf(tile) {
    const box = tile.querySelector(".tile-frame").getBoundingClientRect();
    return [this.within(tile, box), box.top - this.origin.top + this.root.scrollTop];
  }

  bottomOf(tile) {
    const box = tile.getBoundingClientRect();
    return [this.within(tile, box), box.bottom - this.origin.top + this.root.scrollTop + 2];
  }

  isInSight(tile) {
    const list = tile.closest(".tiles").getBoundingClientRect();
    const box = tile.getBoundingClientRect();
    return box.right > list.left && box.left < list.right;
  }

  // A tile that is scrolled away is pointed at from the edge of its strip.
  within(tile, box) {
    const list = tile.closest(".tiles").getBoundingClientRect();
    const middle = box.left + box.width / 2;
    return Math.min(list.right - 6, Math.max(list.left + 6, middle)) - this.origin.left;
  }
}
