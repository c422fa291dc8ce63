// Saying what is wrong with a question.
export function allowFlagging(dialog, flag) {
  const field = dialog.querySelector("textarea");
  const error = dialog.querySelector("[data-error]");
  for (const chip of dialog.querySelectorAll("[data-reason]")) {
    chip.addEventListener("click", () => {
      field.value = chip.dataset.reason;
      field.focus();
    });
  }
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const reason = field.value.trim();
    error.hidden = Boolean(reason);
    if (reason) return flag(reason); // the form's method closes the dialog
    event.preventDefault();
    return field.focus();
  });
  return {
    open() {
      field.value = "";
      error.hidden = true;
      dialog.showModal();
      field.focus();
    },
  };
}
