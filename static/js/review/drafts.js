// Edits that were not decided yet: kept in this browser at once, on the server a second after the last one.
// Each writing has a clock; the highest has the last word, on whichever machine it was.
import { post } from "./outbox.js";

const person = document.body.dataset.person ?? "";
const PREFIX = `smartimg.${person}.draft.`;
const KEPT_MS = 14 * 24 * 3600 * 1000;
const PAUSE_MS = 1000;
const AGAIN_MS = 5000;

export function readDraft(id) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + id));
  } catch {
    return null;
  }
}

function keepHere(id, clock, edits) {
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify({ clock, edits, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export function forgetDraft(id) {
  localStorage.removeItem(PREFIX + id);
}

export function clearOldDrafts() {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    const draft = readDraft(name.slice(PREFIX.length));
    if (!draft || Date.now() - draft.at > KEPT_MS) localStorage.removeItem(name);
  }
}

// The later of what this browser and the server hold.
export function findDraft(data) {
  const here = readDraft(data.id);
  if (!here?.clock) return data.draft;
  return data.draft && data.draft.clock >= here.clock ? data.draft : here;
}

export class DraftKeeper {
  constructor(onChange, onOther) {
    Object.assign(this, { onChange, onOther, state: "kept", clock: 0 });
    window.addEventListener("pagehide", () => this.send({ keepalive: true }));
    window.addEventListener("online", () => this.send());
  }

  // A proposal was put on the page; nothing of it is unsaved.
  begin(data) {
    this.send({ keepalive: true });
    Object.assign(this, { data, state: "kept", wanted: undefined, clock: findDraft(data)?.clock ?? 0 });
    this.last = JSON.stringify(findDraft(data)?.edits ?? null);
  }

  // False where nothing is new.
  keep(edits) {
    const text = JSON.stringify(edits);
    if (text === this.last) return false;
    this.last = text;
    this.clock = Math.max(this.clock + 1, Date.now());
    this.isHere = keepHere(this.data.id, this.clock, edits);
    Object.assign(this, { wanted: { url: this.data.draftUrl, clock: this.clock, edits }, state: "keeping" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE_MS);
    return true;
  }

  async send(options = {}) {
    clearTimeout(this.timer);
    const wanted = this.wanted;
    if (!wanted || !this.data) return;
    const result = await post(wanted.url, { clock: wanted.clock, edits: wanted.edits }, options);
    if (this.wanted !== wanted) return;
    if (result.unsent) {
      this.state = this.isHere ? "here" : "lost";
      this.timer = setTimeout(() => this.send(), AGAIN_MS);
    } else {
      Object.assign(this, { wanted: undefined, state: "kept" });
      if (result.ok && !result.said.kept) this.onOther(result.said);
    }
    this.onChange();
  }

  // The other window's edits count from now on, or mine do after all.
  overrule(clock) {
    this.clock = Math.max(this.clock, clock);
    this.last = undefined;
  }

  get isUnsaved() { return Boolean(this.wanted); }
}
