// The dialogs that ask for a reason: reject, send back, flag.
export function askWhy(dialog, onSaid) {
  const form = dialog.querySelector("form");
  const field = form.querySelector("textarea");
  const error = form.querySelector(".field-error");
  for (const chip of dialog.querySelectorAll("[data-reason]")) {
    chip.addEventListener("click", () => { field.value = chip.dataset.reason; field.focus(); });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = field.value.trim();
    error.hidden = Boolean(reason);
    if (!reason) return field.focus();
    dialog.close();
    field.value = "";
    return onSaid(reason, new FormData(form));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}
