// One key answers; a key that is held down answers once.
import { isTyping } from "./typing.js";

let isSending = false;

document.addEventListener("keydown", (event) => {
  if (event.repeat || isSending || isTyping(event)) return;
  const button = document.querySelector(`.question-answers [data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("htmx:beforeRequest", () => {
  isSending = true;
});

document.addEventListener("htmx:afterRequest", () => {
  isSending = false;
});

// The next question is read out, and the page's keys go on working.
document.addEventListener("htmx:afterSwap", () => {
  document.querySelector("#sentence")?.focus();
});
