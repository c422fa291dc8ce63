// The proposal page: wires the set, the strips, the picture in focus, keys and saving together.
import { makeActions } from "./actions.js";
import { ChangeList } from "./change-list.js";
import { Coming } from "./coming.js";
import { makeDeciding } from "./deciding.js";
import { lastDecided } from "./decided.js";
import { Detail } from "./detail.js";
import { allowDragging } from "./drag.js";
import { clearOldDrafts, DraftKeeper, findDraft } from "./drafts.js";
import { Heard } from "./heard.js";
import { listKeys, listenToKeys, showKeys } from "./keys.js";
import { noteAnswer, sayDecided } from "./last-decision.js";
import { Lease } from "./lease.js";
import { MoveLine } from "./lines.js";
import { Outbox } from "./outbox.js";
import { explainLost, Rebase } from "./rebase-notice.js";
import { Saving } from "./saving.js";
import { Review } from "./state.js";
import { Strips } from "./strips.js";
import { putInPlace } from "./swap.js";
import { allowCarrying, allowSwiping } from "./touch.js";
import { gettext, ngettext } from "../texts.js";

const find = (selector) => document.querySelector(selector);
const data = JSON.parse(find("#proposal-data").textContent);
const review = new Review(data.images);
const strips = new Strips(find("#strips"), review, data.reasons);
const page = { data, review, strips, coming: new Coming(), isLeaving: false, shownAt: -1e4 };
Object.defineProperty(data, "whole", { value: () => ({ ...data, parts: readParts() }) });
const readParts = () => Object.fromEntries(["facts", "summary", "notices"].map((name) => [name, find(`#${name}`).innerHTML]));

page.complain = (message) => {
  find("#trouble").textContent = message;
  find("#trouble").hidden = !message;
};
page.go = (url) => {
  page.isLeaving = true;
  location.assign(url);
};
page.setEditable = (canEdit) => {
  data.canEdit = strips.canEdit = canEdit;
  review.tell();
};

function describeDraft() {
  const edits = review.countEdits();
  if (!data.canEdit) return { word: data.isOpen ? gettext("read only") : gettext("decided") };
  if (page.isRefused) return { word: gettext("not saved"), isBad: true };
  if (!edits) return null;
  const word = ngettext("{count} edit", "{count} edits", edits);
  const states = {
    keeping: gettext("saving the draft …"), here: gettext("draft kept in this browser only, trying again"),
    lost: gettext("not saved: lost when you leave"), kept: page.isResumed ? gettext("draft taken up again") : gettext("kept as a draft"),
  };
  return { word: `${word}, ${states[drafts.state]}`, isBad: ["here", "lost"].includes(drafts.state) };
}

const outbox = new Outbox(() => page.saving?.show());
const drafts = new DraftKeeper(() => saving.say(describeDraft()), (other) => rebase.offerOther(other));
const saving = new Saving(find("#saved"), outbox);
const rebase = new Rebase(page, find("#rebase"));
const lease = new Lease((said) => page.loseLease(said));
Object.assign(page, { outbox, drafts, saving, lease });
const { deciding, actions } = makeDeciding(page);
const act = makeActions(page, actions);
page.showLast = () => sayDecided(find("#last-decision"));
outbox.onDone = (entry, result) => {
  noteAnswer(entry, result);
  deciding.hear(entry, result);
};

page.loseLease = ({ holder, state, newer }) => {
  if (newer) return rebase.offerNewer(newer);
  return page.complain(state === "open"
    ? gettext("While you were away, {holder} has taken this proposal over. You can still try to save; nothing of theirs is overwritten.", { holder })
    : gettext("While you were away, somebody has decided this proposal. You can still try to save; nothing of theirs is overwritten."));
};

function sayState() {
  find('.action-bar [data-do="undo"]').disabled = !review.past.length && !lastDecided();
  find("#approve-word").textContent = review.isEdited ? gettext("Approve with edits") : gettext("Approve");
  for (const name of ["approve", "reject", "send-back"]) find(`.action-bar [data-do="${name}"]`).disabled = !data.canEdit;
  if (data.canEdit && drafts.keep(review.keepable())) page.isRefused = false;
  saving.say(describeDraft());
}

// What belongs to one proposal, for the first one as for those that are put in its place.
page.begin = ({ edits = findDraft(data)?.edits, grab = document.activeElement === document.body } = {}) => {
  strips.canEdit = data.canEdit;
  drafts.begin(data);
  page.isRefused = false;
  page.isResumed = data.canEdit && review.resume(edits);
  page.heard?.begin();
  strips.fit();
  review.tell();
  page.isResumed = false;
  for (const part of document.querySelectorAll(".is-coming")) part.classList.remove("is-coming");
  const first = review.order[0] ?? review.before[0];
  if (first) strips.setFocus(strips.stripOf(first), first, grab);
  rebase.begin();
  page.showLast();
  const suppliers = new Set(data.images.flatMap((image) => [...(image.evidence?.suppliers ?? []), image.supplier]).filter(Boolean));
  find("#supplier-count").textContent = ngettext("{count} supplier", "{count} suppliers", suppliers.size);
};

const { show, showComing, reopen } = putInPlace(page, deciding);
Object.assign(page, { show, showComing, reopen, explainLost });
new Detail(strips, review, data, act);
new MoveLine(strips);
page.changes = new ChangeList(page, find("#changes"), find("#summary"));
page.heard = new Heard(find("#heard"), review, strips, data.views);
allowDragging(strips, review);
allowCarrying(strips, review);
allowSwiping(find(".detail-picture"), (by) => strips.stepFocus(by));
listenToKeys({ act, strips, keys: data.keys });
listKeys(find("#key-list"), data.keys, data.commands);
showKeys(data.keys);

strips.root.addEventListener("click", (event) => {
  const tile = event.target.closest(".tile");
  if (tile) strips.setFocus(tile.dataset.strip, tile.dataset.sha);
});
strips.root.addEventListener("focusin", (event) => {
  const { sha, strip } = event.target.closest(".tile")?.dataset ?? {};
  if (sha && (strips.focus?.sha !== sha || strips.focus.strip !== strip)) strips.setFocus(strip, sha, false);
});
strips.root.addEventListener("dblclick", (event) => event.target.closest(".tile") && act("zoom"));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) act(button.dataset.do);
  event.target.closest("[data-close]")?.closest("dialog").close();
});
// Decisions that wait are kept in this browser and edits on the server: only what is neither asks.
window.addEventListener("beforeunload", (event) => {
  const isUnsaved = drafts.isUnsaved || (outbox.list().length && outbox.state !== "saving");
  if (isUnsaved && !page.isLeaving) event.preventDefault();
});

clearOldDrafts();
review.watch(sayState);
page.begin();
if (data.canEdit) lease.hold(data.leaseUrl);
outbox.flush();
window.addEventListener("load", () => setTimeout(() => page.coming.load(data, [...deciding.listBusy()]), 150));
