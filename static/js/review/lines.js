// A thin line from where a picture stood to where it goes, while it is pointed at or in focus.
export class MoveLine {
  constructor(strips) {
    this.strips = strips;
    this.root = strips.root;
    [this.path, this.end] = this.root.querySelector("#lines").children;
    const show = (event) => {
      const tile = event.target.closest?.(".tile");
      if (tile) this.draw(tile.dataset.sha);
    };
    this.root.addEventListener("pointerover", show);
    this.root.addEventListener("pointerleave", () => this.drawFocus());
    this.root.addEventListener("focus-moved", () => this.drawFocus());
    this.root.addEventListener("scroll", () => this.drawFocus(), true);
    new ResizeObserver(() => this.drawFocus()).observe(this.root);
  }

  drawFocus() {
    if (this.strips.focus) this.draw(this.strips.focus.sha);
  }

  draw(sha) {
    const from = this.strips.tileOf("before", sha);
    const to = this.strips.tileOf(this.strips.stripOf(sha), sha);
    const isShown = from?.isConnected && to?.isConnected;
    this.path.ownerSVGElement.classList.toggle("is-shown", Boolean(isShown));
    if (!isShown) return;
    this.path.ownerSVGElement.classList.toggle("is-removed", to.dataset.strip === "dropped");
    this.path.ownerSVGElement.classList.toggle("is-kept", !to.querySelector(".mark-moved, .mark-removed"));
    const frame = this.root.getBoundingClientRect();
    const a = from.getBoundingClientRect();
    const b = to.querySelector(".tile-frame").getBoundingClientRect();
    const top = frame.top - this.root.scrollTop;
    const start = [a.left + a.width / 2 - frame.left, a.bottom - top + 2];
    const stop = [b.left + b.width / 2 - frame.left, b.top - top];
    const middle = (start[1] + stop[1]) / 2;
    this.path.setAttribute("d", `M${start} C${start[0]},${middle} ${stop[0]},${middle} ${stop}`);
    this.end.setAttribute("cx", stop[0]);
    this.end.setAttribute("cy", stop[1]);
  }
}
