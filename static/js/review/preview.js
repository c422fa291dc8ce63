// The set as a shop would show it, before and after in the same place: a gallery at the desk, a carousel on a phone.
import { calm } from "./calm.js";
import { make } from "./evidence.js";
import { makeIcon } from "./marks.js";
import { gettext } from "../texts.js";
import { nameTypeOr } from "./types.js";

const SETS = ["before", "after"];

export class Preview {
  constructor(dialog, current) {
    Object.assign(this, { dialog, current, set: "after", at: 0 });
    for (const button of dialog.querySelectorAll("[data-set]")) {
      button.addEventListener("click", () => this.show(button.dataset.set));
    }
    dialog.addEventListener("keydown", (event) => this.press(event));
    dialog.addEventListener("click", (event) => {
      const { place, by } = event.target.closest("[data-place], [data-by]")?.dataset ?? {};
      if (place !== undefined) this.goTo(Number(place));
      if (by) this.goTo(this.at + Number(by));
    });
    for (const track of dialog.querySelectorAll(".shop-track")) {
      track.addEventListener("scroll", () => this.follow(track), { passive: true });
    }
  }

  open() {
    const { data, review } = this.current;
    this.lists = { before: review.before, after: review.order };
    for (const title of this.dialog.querySelectorAll("[data-title]")) title.textContent = data.title;
    for (const set of SETS) this.fill(set, this.lists[set].map((sha) => review.images.get(sha)));
    this.at = 0;
    this.dialog.showModal();
    this.show("after");
  }

  // Both sets are laid out at once, in one place: showing the other one moves nothing.
  fill(set, images) {
    const { review } = this.current;
    const place = this.dialog.querySelector(`.shop[data-shop="${set}"]`);
    const name = (image, i) => gettext("{name}, {place} of {count}", { name: nameTypeOr(review.typeOf(image.sha), gettext("picture")), place: i + 1, count: images.length });
    const pictures = (size, alt) => images.map((image, i) => {
      if (image.unreadable) return make("span", "shop-missing", makeIcon("picture-off"));
      return Object.assign(make("img", ""), { src: image[size], alt: alt(image, i), draggable: false, decoding: "sync" });
    });
    const none = make("p", "quiet shop-none", gettext("The shop shows no picture."));
    place.querySelector(".shop-large").replaceChildren(...(images.length ? pictures("large", name) : [none]));
    place.querySelector(".shop-thumbs").replaceChildren(...pictures("small", () => "").map((picture, i) => {
      const button = make("button", "shop-thumb", picture);
      Object.assign(button, { type: "button" }).dataset.place = i;
      button.setAttribute("aria-label", name(images[i], i));
      return button;
    }));
    place.querySelector(".shop-track").replaceChildren(...(images.length ? pictures("tile", name) : [none.cloneNode(true)]));
    place.querySelector(".shop-dots").replaceChildren(...images.map(() => make("i", "")));
  }

  show(set) {
    this.set = set;
    for (const shop of this.dialog.querySelectorAll(".shop")) shop.classList.toggle("is-shown", shop.dataset.shop === set);
    for (const button of this.dialog.querySelectorAll("[data-set]")) button.setAttribute("aria-pressed", button.dataset.set === set);
    this.goTo(this.at, false);
  }

  // The same place of the other set, so that what stands there can be compared.
  goTo(place, isSmooth = true) {
    const count = this.lists[this.set].length;
    this.at = Math.max(0, Math.min(place, count - 1));
    const shop = this.dialog.querySelector(".shop.is-shown");
    const mark = (list, name) => [...list].forEach((one, i) => one.classList.toggle(name, i === this.at));
    mark(shop.querySelector(".shop-large").children, "is-shown");
    mark(shop.querySelector(".shop-thumbs").children, "is-shown");
    mark(shop.querySelector(".shop-dots").children, "is-shown");
    for (const thumb of shop.querySelectorAll(".shop-thumb")) thumb.setAttribute("aria-current", Number(thumb.dataset.place) === this.at);
    const track = shop.querySelector(".shop-track");
    track.scrollTo({ left: this.at * track.clientWidth, behavior: isSmooth && !calm() ? "smooth" : "instant" });
    const word = this.set === "before" ? gettext("Before, today's set") : gettext("After, the new set");
    const where = count ? gettext("picture {place} of {count}", { place: this.at + 1, count }) : gettext("no picture");
    this.dialog.querySelector("[data-told]").textContent = `${word}: ${where}`;
  }

  // A swipe on the carousel chooses the picture.
  follow(track) {
    if (!track.closest(".shop").classList.contains("is-shown") || !track.clientWidth) return;
    clearTimeout(this.settled);
    this.settled = setTimeout(() => {
      const place = Math.round(track.scrollLeft / track.clientWidth);
      if (place !== this.at) this.goTo(place);
    }, 120);
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnButton = event.target.closest("button");
    const does = {
      b: () => this.show("before"), a: () => this.show("after"), p: () => this.dialog.close(),
      ArrowLeft: () => this.goTo(this.at - 1), ArrowRight: () => this.goTo(this.at + 1),
      Home: () => this.goTo(0), End: () => this.goTo(Infinity),
    };
    if (event.key === " " && !isOnButton) this.show(this.set === "after" ? "before" : "after");
    else if (does[event.key]) does[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of the same name
  }
}
