// Deciding and going on: the next proposal is on the page before the server has heard of the decision.
import { lastDecided, pushDecided, removeDecided } from "./decided.js";
import { sayRefused } from "./last-decision.js";
import { makeKey } from "./outbox.js";
import { askWhy } from "./why.js";
import { gettext } from "../texts.js";

const PATIENCE_MS = 600; // where no next one is loaded; then the queue's page finishes the sending
const DOUBLE_MS = 200; // the same key struck twice by mistake does not decide on a proposal that nobody saw
const find = (selector) => document.querySelector(selector);
const wait = (ms) => new Promise((done) => setTimeout(done, ms, null));

class Deciding {
  constructor(page) {
    Object.assign(this, { page, waiting: new Map(), shown: new Map() });
  }

  get isTooSoon() { return this.isGoing || performance.now() - this.page.shownAt < DOUBLE_MS; }

  // An entry for the outbox; gives what the server said, whenever that is.
  send(kind, url, body, more = {}) {
    const { data, outbox } = this.page;
    const key = makeKey();
    const entry = {
      kind, key, url, proposal: data.id, title: data.title, page: data.url, body: { submit_key: key, ...body }, ...more,
    };
    const answer = new Promise((done) => { this.waiting.set(key, done); });
    outbox.add(entry);
    return { key, answer };
  }

  // The outbox has an answer; whoever waits for it gets it, otherwise the page says it.
  hear(entry, result) {
    const { page } = this;
    const isHere = entry.proposal === page.data.id;
    this.waiting.get(entry.key)?.(result);
    this.waiting.delete(entry.key);
    page.showLast();
    const why = result.said?.message ?? gettext("The proposal is not there any more.");
    if (result.ok || result.said?.code === "nothing") return;
    if (entry.kind === "decide" && !isHere) sayRefused(find("#last-decision"), entry, why);
    else page.complain(entry.kind === "decide" ? why : `${entry.title}: ${why}`);
    if (entry.kind === "decide" && isHere) this.giveBack(result.said?.code);
  }

  // It was refused while it is still on the page: it can be edited and tried again.
  giveBack(code) {
    this.page.isRefused = true;
    this.page.setEditable(true);
    if (code === "superseded") this.page.lease.renew();
  }

  async decide(body, doing) {
    const { page } = this;
    const { data, review } = page;
    if (this.isTooSoon || !data.canEdit) return;
    this.isGoing = true;
    page.complain("");
    page.drafts.send({ keepalive: true }); // undone on another machine, it comes back with these edits
    const edits = review.keepable();
    const past = { proposal: data.id, title: data.title, doing, word: doing, edits, openUrl: data.openUrl, undoUrl: null, byKeyUrl: data.undoUrl };
    this.shown.set(data.id, data.whole());
    const { key, answer } = this.send("decide", data.decideUrl, { seen_set: data.seenSet, ...body });
    pushDecided({ key, ...past });
    page.lease.leave({ isDecided: true });
    await this.goOn({ answer });
    this.isGoing = false;
  }

  async goOn({ answer }) {
    const { page } = this;
    const next = await page.coming.take(this.listBusy());
    if (next) return page.showComing(next);
    page.setEditable(false);
    const result = await Promise.race([answer, wait(PATIENCE_MS)]);
    if (result && !result.ok) return undefined;
    if (result || next === null || navigator.onLine) return page.go(page.data.nextUrl);
    page.complain(gettext("The next proposal comes when the connection is back. Your decision is kept here and sent then."));
    answer.then((said) => said.ok && page.go(page.data.nextUrl));
    return undefined;
  }

  // Proposals that must not come again: this one, and those whose decision is under way.
  listBusy() {
    const { data, outbox } = this.page;
    return new Set([data.id, ...outbox.list().filter((entry) => entry.kind === "decide").map((entry) => entry.proposal)]);
  }

  async skip() {
    const { page } = this;
    if (this.isTooSoon) return;
    this.isGoing = true;
    const next = await page.coming.take(new Set([page.data.id]));
    if (next) {
      const former = page.lease.url;
      page.lease.leave({ isDecided: true });
      page.showComing(next).then(() => page.lease.giveBack(former));
    } else {
      page.lease.leave();
      page.go(page.data.nextUrl);
    }
    this.isGoing = false;
  }

  async undo() {
    const { page } = this;
    if (page.data.canEdit && page.review.undo()) return;
    const last = lastDecided();
    if (!last || this.isGoing) return;
    this.isGoing = true;
    await this.takeBack(last);
    this.isGoing = false;
  }

  // The proposal comes back to the page with its edits; without the server, from what this page knows of it.
  async takeBack(last) {
    const { page } = this;
    removeDecided(last.key);
    if (!page.outbox.cancel(last.key)) {
      const { answer } = this.send("undo", last.byKeyUrl, { of: last.key }, { proposal: last.proposal, title: last.title });
      const result = await Promise.race([answer, wait(PATIENCE_MS * 3)]);
      if (result && !result.ok && result.said?.code !== "nothing") return;
    }
    page.lease.leave({ isDecided: !page.data.canEdit });
    const isOpen = await page.reopen(last.openUrl, last.edits) || (this.shown.has(last.proposal) && page.show(this.shown.get(last.proposal), { edits: last.edits }));
    if (!isOpen) page.complain(gettext("{title} cannot be opened now: the server does not answer. Its decision is undone when it does.", last));
    page.showLast();
  }

  async flag(reason, form) {
    const { page } = this;
    const image = form.get("what") === "picture" ? page.strips.focus?.sha ?? "" : "";
    const { answer } = this.send("flag", page.data.flagUrl, { reason, image });
    page.heard.say(gettext("Flagging …"));
    const result = await answer;
    if (result.ok) page.heard.say(gettext("Flagged. Somebody else is asked to look."));
  }
}

export function makeDeciding(page) {
  const deciding = new Deciding(page);
  const { data, review } = page;
  askWhy(find("#reject"), (reason) => deciding.decide({ kind: "reject", reason }, gettext("rejecting")));
  askWhy(find("#send-back"), (reason) => deciding.decide({ kind: "send_back", reason }, gettext("sending back")));
  askWhy(find("#flag"), (reason, form) => deciding.flag(reason, form));
  const actions = {
    approve: () => deciding.decide({ kind: "approve", final: [...review.order], edits: review.listEdits() }, gettext("approving")),
    reject: () => data.canEdit && !deciding.isTooSoon && find("#reject").showModal(),
    "send-back": () => data.canEdit && !deciding.isTooSoon && find("#send-back").showModal(),
    flag: () => find("#flag").showModal(),
    skip: () => deciding.skip(),
    undo: () => deciding.undo(),
    queue: () => { location.assign(data.queueUrl); },
  };
  return { deciding, actions };
}
