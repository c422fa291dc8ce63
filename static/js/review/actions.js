// Every command of the proposal page by its name, whichever key or button asked for it.
import { findOther, looking } from "./looking.js";
import { WhyOut } from "./why-out.js";

const find = (selector) => document.querySelector(selector);

function editing(page) {
  const { review, strips, data } = page;
  const focused = () => strips.focus?.sha;
  const whyOut = new WhyOut(find("#why-out"), page);
  const after = (sha) => strips.setFocus(strips.stripOf(sha), sha);
  const edit = (change) => () => {
    const sha = focused();
    if (sha && data.canEdit && change(sha) !== false) after(sha);
  };
  const relabel = (type) => type && data.canEdit && focused() && review.relabel(focused(), type);
  return {
    hero: edit((sha) => review.moveTo(sha, 0)),
    "move-left": edit((sha) => review.step(sha, -1)),
    "move-right": edit((sha) => review.step(sha, 1)),
    "not-copy": edit((sha) => !review.isKept(sha) && review.tellApart(sha)),
    revert: () => page.changes.revert(),
    exchange: () => {
      const sha = focused();
      const twin = sha && data.canEdit && review.twinOf(sha);
      if (!twin) return;
      const [shown, other] = review.isKept(sha) ? [twin, sha] : [sha, twin];
      review.exchange(shown, other);
      after(shown);
    },
    drop: () => {
      const sha = focused();
      if (!sha || !data.canEdit) return;
      const list = strips.listOf(strips.focus.strip);
      const neighbour = list[list.indexOf(sha) + 1] ?? list[list.indexOf(sha) - 1];
      const done = review.isKept(sha) ? review.drop(sha) : review.restore(sha);
      if (done && strips.focus.strip === "before") strips.setFocus("before", sha);
      else if (done) after(review.isKept(sha) ? sha : neighbour ?? sha);
    },
    "drop-why": () => whyOut.ask(),
    "drop-reason": (reason) => edit((sha) => {
      const other = reason === "duplicate" ? findOther(review, sha) : null;
      return review.giveReason(sha, reason, other);
    })(),
    relabel,
    "type-by-number": (number) => relabel(data.types[number - 1]),
  };
}

function finding(page) {
  const { strips } = page;
  return {
    "next-change": () => page.changes.step(1),
    "previous-change": () => page.changes.step(-1),
    help: () => find("#help").showModal(),
    "only-changes": () => {
      const button = find('[data-do="only-changes"]');
      const isOn = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", isOn);
      strips.root.classList.toggle("only-changes", isOn);
    },
  };
}

export function makeActions(page, deciding) {
  const actions = { ...editing(page), ...looking(page), ...finding(page), ...deciding };
  return (name, value) => actions[name]?.(value);
}
