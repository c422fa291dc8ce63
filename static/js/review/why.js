// The dialogs that ask for a reason: reject, send back, flag. A digit names a usual one, Enter sends it.
export function askWhy(dialog, onSaid) {
  const form = dialog.querySelector("form");
  const field = form.querySelector("textarea");
  const error = form.querySelector(".field-error");
  const chips = [...dialog.querySelectorAll("[data-reason]")];
  const choose = (chip) => { field.value = chip.dataset.reason; field.focus(); };
  for (const chip of chips) chip.addEventListener("click", () => choose(chip));
  dialog.addEventListener("keydown", (event) => {
    const chip = /^[1-9]$/.test(event.key) && chips[Number(event.key) - 1];
    if (!chip || event.target === field || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(chip);
  });
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
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
