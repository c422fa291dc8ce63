// Answers, passes and takings-back on their way to the server, each written down first and sent once.
import { makeKey, Outbox, post } from "../review/outbox.js";

const EVERY_MS = 60_000;
const IDLE_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 20_000;

export class Sending {
  // hear(said, entry): the server's answer with what it holds for us next; change(outbox): the state of saving.
  // heldAt: when the server gave the page what it holds.
  constructor({ hear, refuse, change, wanted, heldAt, subject = "" }) {
    const note = (said, entry) => {
      this.heldAt = said.heldAt ?? this.heldAt;
      hear(said, entry);
    };
    Object.assign(this, { hear: note, refuse, heldAt, want: { wanted, subject }, active: Date.now() });
    this.outbox = new Outbox(change, "labels");
    this.outbox.onDone = (entry, result) => {
      if (result.ok) this.hear(result.said, entry);
      else this.refuse(result.said.message ?? "", entry);
    };
    for (const name of ["pointerdown", "pointermove", "keydown"]) {
      document.addEventListener(name, () => { this.active = Date.now(); }, { passive: true });
    }
    setInterval(() => this.renew(), EVERY_MS);
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", (event) => event.persisted && this.look());
  }

  get pending() { return this.outbox.list().map((entry) => entry.proposal); }

  // The outbox keeps the entries of one question in order.
  add(key, question, url, body) {
    return this.outbox.add({ key, proposal: question, url, body: { ...body, ...this.want } });
  }

  answer({ id: question, proof }, value, seconds) {
    const key = makeKey();
    this.add(key, question, "/label/answers/", { answers: [{ question, proof, value, client_id: key, seconds }] });
    return key;
  }

  pass({ id: question, proof }, { reason = "", flag = false } = {}) {
    const key = makeKey();
    this.add(key, question, "/label/pass/", { question, proof, reason, flag });
    return key;
  }

  // What was never sent is simply not sent.
  undo(key, question) {
    if (this.outbox.cancel(key)) return;
    this.add(makeKey(), question, "/label/undo/", { questions: [question] });
  }

  // Somebody is here: what is held stays ours, and new questions are found.
  async look() {
    const result = await post("/label/ahead/", this.want);
    if (result.ok) this.hear(result.said, null);
  }

  // What another window, or this one loaded again, has had renewed since is left alone. While an answer is under
  // way it is not known what the server holds for us.
  leave() {
    const heldAt = this.outbox.sending ? null : this.heldAt;
    post("/label/leave/", { heldAt }, { keepalive: true });
  }

  renew() {
    if (Date.now() - this.active < IDLE_MS && !this.outbox.list().length) this.look();
  }

  lookAgain() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.renew(), LOOK_AGAIN_MS);
  }
}
