// The proposal page: wires the set, the strips, the picture in focus, keys and saving together.
import { makeActions } from "./actions.js";
import { Compare } from "./compare.js";
import { Detail } from "./detail.js";
import { allowDragging } from "./drag.js";
import { clearOldDrafts, findFormerDraft, forgetDraft, keepDraft, readDraft } from "./drafts.js";
import { listKeys, listenToKeys } from "./keys.js";
import { showLastDecision } from "./last-decision.js";
import { keepLease } from "./lease.js";
import { MoveLine } from "./lines.js";
import { Review } from "./state.js";
import { Strips } from "./strips.js";

const find = (selector) => document.querySelector(selector);
const data = JSON.parse(find("#proposal-data").textContent);
const review = new Review(data.images);
const strips = new Strips(find("#strips"), review, data.reasons);
strips.canEdit = data.canEdit;

const page = { data, review, strips, compare: new Compare(find("#compare")), isLeaving: false };
page.say = (word, isBad = false) => {
  find("#saved").textContent = word;
  find("#saved").classList.toggle("is-bad", isBad);
};
page.complain = (message) => {
  const place = find("#trouble");
  place.textContent = message;
  place.hidden = !message;
};
const act = makeActions(page);
new Detail(strips, review, data, act);
new MoveLine(strips);
allowDragging(strips, review);
listenToKeys({ act, strips });
listKeys(find("#key-list"));

function sayState() {
  const edits = review.countEdits();
  find('[data-do="undo"]').disabled = !review.past.length && !sessionStorage.getItem("smartimg.last");
  find("#approve-word").textContent = edits ? "Approve with edits" : "Approve";
  if (!data.canEdit) return page.say(data.isOpen ? "read only" : "decided");
  if (!edits) {
    forgetDraft(data.id);
    return page.say("as proposed");
  }
  const isKept = keepDraft(data.id, data.product, review.now);
  const word = `${edits} ${edits === 1 ? "edit" : "edits"}`;
  const kept = page.isResumed ? "draft taken up again" : "kept as a draft";
  return page.say(`${word}, ${isKept ? kept : "lost when you leave"}`, !isKept);
}

function begin() {
  page.isResumed = data.canEdit && review.resume(readDraft(data.id)?.now);
  const suppliers = new Set(data.images.flatMap((image) => [...(image.evidence?.suppliers ?? []), image.supplier]).filter(Boolean));
  find("#supplier-count").textContent = `${suppliers.size} ${suppliers.size === 1 ? "supplier" : "suppliers"}`;
  review.watch(sayState);
  review.tell();
  const first = review.order[0] ?? review.before[0];
  if (first) strips.setFocus(strips.stripOf(first), first, document.activeElement === document.body);
}

// Somebody edited a proposal that a newer one has replaced: the edits can be laid on this one.
function offerFormerEdits() {
  const former = data.canEdit && !review.isEdited && findFormerDraft(data.id, data.product);
  const place = find("#former-edits");
  place.hidden = !former;
  if (!former) return;
  const done = () => {
    forgetDraft(former);
    place.hidden = true;
  };
  place.querySelector("[data-lay]").addEventListener("click", () => {
    review.layOn(readDraft(former).now);
    strips.setFocus("after", review.order[0]);
    done();
  });
  place.querySelector("[data-forget]").addEventListener("click", done);
}

function loadAhead() {
  const urls = [...data.images.map((image) => image.large), ...data.coming];
  const next = () => {
    const url = urls.shift();
    if (!url) return;
    const picture = new Image();
    picture.fetchPriority = "low";
    picture.addEventListener("load", next);
    picture.addEventListener("error", next);
    picture.src = url;
  };
  next();
  next();
}

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
window.addEventListener("beforeunload", (event) => {
  if (review.isEdited && data.canEdit && !page.isLeaving) event.preventDefault();
});
window.addEventListener("load", () => setTimeout(loadAhead, 200));

clearOldDrafts();
begin();
offerFormerEdits();
showLastDecision(find("#last-decision")).then(sayState);
if (data.canEdit) {
  keepLease(data.leaseUrl, ({ holder, state }) => {
    const who = state === "open" ? `${holder} has taken this proposal over` : "somebody has decided this proposal";
    page.complain(`While you were away, ${who}. You can still try to save; nothing of theirs is overwritten.`);
  });
}
