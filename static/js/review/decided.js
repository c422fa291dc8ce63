// The last ten decisions of this window, to be undone from any later page of it.
const person = document.body.dataset.person ?? "";
const NAME = `smartimg.${person}.decided`;
const STEPS = 10;

export function listDecided() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? [];
  } catch {
    return [];
  }
}

function write(entries) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(entries.slice(-STEPS)));
  } catch {
    // Without room there is no way back from here; the product's history still has one.
  }
}

export function pushDecided(entry) {
  write([...listDecided(), entry]);
}

export function amendDecided(key, said) {
  write(listDecided().map((entry) => (entry.key === key ? { ...entry, ...said } : entry)));
}

export function removeDecided(key) {
  write(listDecided().filter((entry) => entry.key !== key));
}

export const lastDecided = () => listDecided().at(-1) ?? null;
