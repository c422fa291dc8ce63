// Two pictures beside or over each other, enlarged at the same place, with the distances that decided.
import { showDistances } from "./evidence.js";

const FLICKER_MS = 450;
const ENLARGED = 3;

export class Compare {
  constructor(dialog) {
    this.dialog = dialog;
    this.pair = dialog.querySelector(".compare-pair");
    this.images = [...this.pair.querySelectorAll("img")];
    for (const button of dialog.querySelectorAll("button[data-view]")) {
      button.addEventListener("click", () => this.show(button.dataset.view));
    }
    this.pair.addEventListener("pointermove", (event) => this.enlarge(event));
    this.pair.addEventListener("pointerleave", () => this.enlarge(null));
    dialog.addEventListener("close", () => clearInterval(this.timer));
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "f") this.show(this.pair.dataset.view === "flicker" ? "side" : "flicker");
      if (event.key === "c") dialog.close();
    });
  }

  open(left, right, captions) {
    [left, right].forEach((image, i) => {
      this.images[i].src = image.large;
      this.images[i].alt = captions[i];
      this.images[i].width = image.width || 600;
      this.images[i].height = image.height || 600;
      this.pair.querySelectorAll("figcaption")[i].textContent = captions[i];
    });
    const compared = right.copyOf === left.sha ? right.evidence?.copy : null;
    const parts = showDistances(compared);
    this.dialog.querySelector("#compare-evidence").replaceChildren(...parts);
    this.show("side");
    this.dialog.showModal();
  }

  show(view) {
    this.pair.dataset.view = view;
    for (const button of this.dialog.querySelectorAll("button[data-view]")) {
      button.setAttribute("aria-pressed", button.dataset.view === view);
    }
    clearInterval(this.timer);
    this.pair.classList.remove("is-second");
    if (view !== "flicker") return;
    this.timer = setInterval(() => this.pair.classList.toggle("is-second"), FLICKER_MS);
  }

  enlarge(event) {
    const frame = event?.target.closest?.(".compare-frame");
    const box = frame?.getBoundingClientRect();
    for (const image of this.images) {
      image.style.transform = frame ? `scale(${ENLARGED})` : "";
      if (!frame) continue;
      const x = ((event.clientX - box.left) / box.width) * 100;
      const y = ((event.clientY - box.top) / box.height) * 100;
      image.style.transformOrigin = `${x}% ${y}%`;
    }
  }
}
