// A field of the keys page takes the key that is pressed in it; Tab, Enter and arrows stay the browser's.
const NAMES = { " ": "Space", Delete: "Delete", Backspace: "Backspace" };

document.querySelector("#keys-form").addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-key]");
  if (!field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const key = NAMES[event.key] ?? (event.key.length === 1 ? event.key : "");
  if (!key) return;
  event.preventDefault();
  field.value = key;
});

for (const field of document.querySelectorAll("[data-key]")) {
  field.addEventListener("focus", () => field.select());
}
document.querySelector("[aria-invalid]")?.focus();
