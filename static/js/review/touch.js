// By finger: a long press picks a picture up to be moved, a swipe over the large one goes to its neighbour.
const LONG_MS = 350;
const STEADY_PX = 10; // a finger that moves further is scrolling
const SWIPE_PX = 50;

function findTarget(event, ghost) {
  ghost.hidden = true;
  const under = document.elementFromPoint(event.clientX, event.clientY);
  ghost.hidden = false;
  return under?.closest(".strip")?.querySelector(".tiles") ?? null;
}

function findPlace(list, x, sha) {
  const entries = [...list.children].filter((entry) => entry.firstElementChild.dataset.sha !== sha);
  const next = entries.findIndex((entry) => {
    const box = entry.getBoundingClientRect();
    return x < box.left + box.width / 2;
  });
  return { place: next < 0 ? entries.length : next, entries };
}

class Carried {
  constructor(strips, review, tile, event) {
    Object.assign(this, { strips, review, tile, sha: tile.dataset.sha });
    this.ghost = tile.querySelector(".tile-frame").cloneNode(true);
    this.ghost.classList.add("carried");
    document.body.append(this.ghost);
    tile.classList.add("is-carried");
    strips.setFocus(tile.dataset.strip, this.sha, false);
    navigator.vibrate?.(15);
    this.follow(event);
  }

  clear() {
    this.strips.root.querySelectorAll(".drop-before, .drop-after, .drop-here")
      .forEach((marked) => marked.classList.remove("drop-before", "drop-after", "drop-here"));
  }

  follow(event) {
    this.ghost.style.transform = `translate(${event.clientX - 40}px, ${event.clientY - 60}px)`;
    this.list = findTarget(event, this.ghost);
    this.clear();
    const strip = this.list?.dataset.strip;
    if (strip === "dropped") this.list.classList.add("drop-here");
    if (strip !== "after") return;
    const edge = this.list.getBoundingClientRect();
    if (event.clientX < edge.left + 40) this.list.scrollLeft -= 12;
    if (event.clientX > edge.right - 40) this.list.scrollLeft += 12;
    const { place, entries } = findPlace(this.list, event.clientX, this.sha);
    if (entries[place]) entries[place].classList.add("drop-before");
    else entries.at(-1)?.classList.add("drop-after");
  }

  putDown(event) {
    this.follow(event);
    const strip = this.list?.dataset.strip;
    if (strip === "dropped" && this.review.isKept(this.sha)) this.review.drop(this.sha);
    if (strip === "after") this.review.moveTo(this.sha, findPlace(this.list, event.clientX, this.sha).place);
    this.leave();
    this.strips.setFocus(this.strips.stripOf(this.sha), this.sha, false);
  }

  leave() {
    this.clear();
    this.ghost.remove();
    this.tile.classList.remove("is-carried");
  }
}

export function allowCarrying(strips, review) {
  let carried = null;
  let press = null;
  const forget = () => {
    clearTimeout(press?.timer);
    press = null;
  };
  strips.root.addEventListener("pointerdown", (event) => {
    const tile = event.target.closest(".tile");
    if (event.pointerType !== "touch" || !tile || tile.dataset.strip === "before" || !strips.canEdit) return;
    forget();
    tile.draggable = false; // the browser's own dragging would take the finger away
    press = { x: event.clientX, y: event.clientY, timer: setTimeout(() => { carried = new Carried(strips, review, tile, event); }, LONG_MS) };
  });
  document.addEventListener("pointermove", (event) => {
    if (carried) carried.follow(event);
    else if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STEADY_PX) forget();
  });
  document.addEventListener("pointerup", (event) => {
    forget();
    carried?.putDown(event);
    carried = null;
  });
  document.addEventListener("pointercancel", () => {
    forget();
    carried?.leave();
    carried = null;
  });
  // Neither scroll nor open a menu while something is carried.
  strips.root.addEventListener("touchmove", (event) => carried && event.preventDefault(), { passive: false });
  strips.root.addEventListener("contextmenu", (event) => (carried || press) && event.preventDefault());
}

export function allowSwiping(place, step) {
  let start = null;
  let wasSwipe = false;
  place.addEventListener("touchstart", (event) => {
    wasSwipe = false;
    start = event.touches.length === 1 ? event.touches[0] : null;
  }, { passive: true });
  place.addEventListener("touchend", (event) => {
    const end = event.changedTouches[0];
    if (!start || !end) return;
    const [x, y] = [end.clientX - start.clientX, end.clientY - start.clientY];
    wasSwipe = Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y);
    if (wasSwipe) step(x < 0 ? 1 : -1);
  }, { passive: true });
  // The click that follows a swipe is not meant.
  place.addEventListener("click", (event) => wasSwipe && event.stopPropagation(), true);
}
