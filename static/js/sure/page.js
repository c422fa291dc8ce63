// The grid of sure proposals: choose by keys or by hand, approve together, undo together.
import { csrfToken, makeKey, Outbox, post } from "../review/outbox.js";
import { readKey } from "../review/keys.js";
import { Saving } from "../review/saving.js";
import { gettext, ngettext } from "../texts.js";
import { isTyping } from "../typing.js";
import { showBulk, showResults } from "./results.js";
import { Selection } from "./selection.js";

const HOLD_EVERY_MS = 60_000;
const IDLE_MS = 10 * 60_000;
const find = (selector) => document.querySelector(selector);
const read = (id) => JSON.parse(find(id).textContent);
const data = read("#sure-data");
const keys = read("#sure-keys");
const page = { bulk: read("#bulk-data"), isBusy: false, active: Date.now() };
const commands = new Map(Object.entries(keys).map(([name, key]) => [key, name]));
const say = (words) => { find("#heard").textContent = words; };
const selection = find("#sure") && new Selection(find("#sure"), tellChosen);
const ids = () => (selection?.open() ?? []).map((card) => Number(card.dataset.id));

function tellChosen() {
  const many = selection.chosen().length;
  find("#approve-word").textContent = many ? ngettext("Approve {count}", "Approve {count}", many) : gettext("Approve");
  find('[data-do="approve"]').disabled = !many || page.isBusy;
  find('[data-do="all"]').setAttribute("aria-pressed", String(many > 0 && many === selection.open().length));
  say(ngettext("{count} chosen", "{count} chosen", many));
}

function complain(words) {
  find("#trouble").textContent = words;
  find("#trouble").hidden = !words;
}

// Written down before it is sent: cut off, it is sent again by this page or the next, and counts once.
function approve() {
  const chosen = selection.chosen().map((card) => Number(card.dataset.id));
  if (page.isBusy || !chosen.length) return;
  page.isBusy = true;
  complain("");
  tellChosen();
  const key = makeKey();
  const title = ngettext("{count} proposal", "{count} proposals", chosen.length);
  const body = { submit_key: key, proposals: chosen };
  outbox.add({ kind: "bulk", key, url: data.approveUrl, proposal: `bulk ${key}`, title, page: location.pathname, body });
}

function hear(entry, { ok, said }) {
  if (entry.kind !== "bulk") return;
  page.isBusy = false;
  saving.say(null);
  if (!ok) complain(said?.message ?? gettext("It was not saved. Load the page again."));
  else {
    page.bulk = said;
    if (selection) showResults(selection, said);
    showBulk(said);
    say(said.words);
  }
  if (selection) tellChosen();
}

async function undo() {
  if (page.isBusy || !page.bulk?.approved.length) return;
  page.isBusy = true;
  find("#bulk-undo").disabled = true;
  const result = await post(page.bulk.undoUrl, {});
  page.isBusy = false;
  find("#bulk-undo").disabled = false;
  if (!result.ok) {
    complain(gettext("Not undone: {why}. Nothing was changed; try again.", { why: result.unsent ?? result.said?.message ?? "" }));
    return;
  }
  complain("");
  page.bulk = result.said;
  if (selection) showResults(selection, page.bulk);
  showBulk(page.bulk);
  say(page.bulk.words);
  if (selection) tellChosen();
}

const outbox = new Outbox(() => saving?.show());
const saving = new Saving(find("#saved"), outbox);
saving.say({ word: "" });
outbox.onDone = hear;

function hold(fields = {}, options = {}) {
  const form = new FormData();
  form.set("csrfmiddlewaretoken", csrfToken());
  form.set("proposals", ids().join(","));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return ids().length && fetch(data.holdUrl, { method: "POST", body: form, ...options }).catch(() => null);
}

const actions = {
  approve,
  undo,
  all: () => selection.setAll(selection.chosen().length < selection.open().length),
  skip: () => !find("#others").hidden && location.assign(find("#others").href),
  queue: () => location.assign(data.queueUrl),
};

function act(event) {
  const arrows = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -selection.columns, ArrowDown: selection.columns };
  if (event.key in arrows) return () => selection.step(arrows[event.key], event.shiftKey);
  if (event.key === "*") return actions.all;
  if (event.key === "Escape") return () => selection.setAll(false);
  if (event.key === "Enter" && selection.here >= 0) return () => selection.cards[selection.here].querySelector("a").click();
  return null;
}

document.addEventListener("keydown", (event) => {
  page.active = Date.now();
  if (isTyping(event) || event.target.closest?.("button, a, summary") && ["Enter", " "].includes(event.key)) return;
  const key = readKey({ key: event.key, code: event.code, shiftKey: event.shiftKey, capsLock: event.getModifierState("CapsLock") });
  const command = actions[commands.get(key)];
  const found = (selection && act(event)) || (command && !event.repeat && (selection || commands.get(key) !== "approve") ? command : null);
  if (!found) return;
  event.preventDefault();
  found();
});
document.addEventListener("pointermove", () => { page.active = Date.now(); }, { passive: true });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]();
});
find("#bulk-undo").addEventListener("click", undo);
window.addEventListener("pagehide", () => hold({ release: 1 }, { keepalive: true }));
window.addEventListener("beforeunload", (event) => {
  if (outbox.list().length && outbox.state !== "saving") event.preventDefault();
});
setInterval(() => Date.now() - page.active < IDLE_MS && hold(), HOLD_EVERY_MS);
setTimeout(() => hold(), 3000); // a reload gives back what the new page just took
if (selection) tellChosen();
selection?.box(0)?.focus();
outbox.flush();
