// Notices about edits that stand elsewhere: on a proposal that was replaced, or in another window.
import { forgetDraft } from "./drafts.js";
import { layEdits } from "./rebase.js";
import { gettext } from "../texts.js";

const makeButton = (word, onClick, quiet = false) => {
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: `button button-small${quiet ? " button-quiet" : ""}`, textContent: word,
  });
  button.addEventListener("click", onClick);
  return button;
};

export function explainLost(lost) {
  const counts = new Map();
  for (const word of lost) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, many]) => (many > 1 ? gettext("{what} ({many} times)", { what: word, many }) : word)).join("; ");
}

export class Rebase {
  constructor(page, place) {
    Object.assign(this, { page, place });
  }

  tell(words, ...buttons) {
    const text = document.createElement("span");
    text.textContent = words;
    this.place.replaceChildren(text, ...buttons);
    this.place.hidden = false;
  }

  hide() { this.place.hidden = true; }

  // Edits of a proposal that this one has replaced, made here or on another machine.
  begin() {
    this.hide();
    const { data, review } = this.page;
    if (!data.former?.edits || !data.canEdit || review.isEdited) return;
    const { id, edits } = data.former;
    this.tell(
      gettext("You edited an older proposal for this product, which this one has replaced."),
      makeButton(gettext("Lay those edits on this one"), () => this.lay(edits)),
      makeButton(gettext("Forget them"), () => { forgetDraft(id); this.hide(); }, true),
    );
  }

  // The catalog moved while somebody looked.
  offerNewer(id) {
    const edits = this.page.review.keepable();
    const add = edits ? gettext("Lay my edits on it") : gettext("Show it");
    this.tell(
      gettext("A newer proposal has replaced this one: the catalog or today's set changed meanwhile. Your edits are safe."),
      makeButton(add, () => this.goTo(id, edits)),
    );
  }

  async goTo(id, edits) {
    const { page } = this;
    page.lease.leave();
    page.drafts.send({ keepalive: true });
    const isOpen = await page.reopen(`/proposals/${id}/open/`, null);
    if (!isOpen) page.complain(gettext("The newer proposal does not come: the server does not answer. Your edits are kept here."));
    else if (edits) this.lay(edits);
  }

  lay(edits) {
    const { review, strips } = this.page;
    const lost = layEdits(review, edits);
    strips.setFocus("after", review.order[0]);
    const done = makeButton(gettext("Good"), () => this.hide(), true);
    if (lost.length) this.tell(gettext("Your edits lie on the newer proposal. What could not be laid: {lost}.", { lost: explainLost(lost) }), done);
    else this.tell(gettext("All of your edits lie on the newer proposal. Undo takes them off again."), done);
  }

  // Another window of the same person wrote later.
  offerOther({ clock, edits }) {
    const { review, drafts } = this.page;
    this.tell(
      gettext("You edited this proposal in another window later than here."),
      makeButton(gettext("Take those edits"), () => {
        drafts.overrule(clock);
        if (edits) review.change(() => review.resume(edits));
        else review.change((now) => Object.assign(now, { order: [...review.proposed], types: {}, drops: {}, copies: {}, apart: [] }));
        this.hide();
      }),
      makeButton(gettext("Keep mine"), () => {
        drafts.overrule(clock);
        drafts.keep(review.keepable());
        this.hide();
      }, true),
    );
  }
}

