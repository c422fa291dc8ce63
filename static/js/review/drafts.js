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
export function keepDraft(id, product, now) {
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify({ now, product, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export function forgetDraft(id) {
  localStorage.removeItem(PREFIX + id);
}

// The id of a draft for a former proposal of the same product, which a newer one has replaced.
export function findFormerDraft(id, product) {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  const ids = names.map((name) => Number(name.slice(PREFIX.length)));
  return ids.filter((other) => other < id && readDraft(other)?.product === product).sort((a, b) => b - a)[0];
}

export function clearOldDrafts() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const draft = readDraft(name.slice(PREFIX.length));
    if (!draft || Date.now() - draft.at > KEPT_MS) localStorage.removeItem(name);
  }
}
