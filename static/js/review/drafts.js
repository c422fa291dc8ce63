// Edits that were not sent yet live in this browser, one draft a proposal; old ones are cleared away.
const PREFIX = "smartimg.draft.";
const KEPT_MS = 14 * 24 * 3600 * 1000;

export function readDraft(id) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + id));
  } catch {
    return null;
  }
}

// False where the browser keeps nothing: the page then says that leaving loses the edits.
export function keepDraft(id, now) {
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify({ now, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export function forgetDraft(id) {
  localStorage.removeItem(PREFIX + id);
}

export function clearOldDrafts() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const draft = readDraft(name.slice(PREFIX.length));
    if (!draft || Date.now() - draft.at > KEPT_MS) localStorage.removeItem(name);
  }
}
