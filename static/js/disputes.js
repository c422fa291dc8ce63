// One key settles; Space held shows the second picture in the first one's place.
import { isTyping } from "./typing.js";

let isSending = false;

document.addEventListener("keydown", (event) => {
  if (event.repeat || isSending || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && flicker(true)) return event.preventDefault();
  const button = document.querySelector(`#dispute [data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("keyup", (event) => {
  if (event.key === " ") flicker(false);
});

document.addEventListener("htmx:beforeRequest", () => {
  isSending = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) isSending = false;
});

// The next question is read out, and the page's keys work again once its buttons do.
document.addEventListener("htmx:afterSettle", () => {
  isSending = false;
  document.querySelector("#sentence")?.focus();
});

// False where there is nothing to compare, or where Space presses what has the focus.
function flicker(isHeld) {
  const [first, second] = document.querySelectorAll(".dispute-two img");
  if (!second || document.activeElement?.matches("button, a, summary")) return false;
  first.dataset.own ??= first.getAttribute("src");
  first.setAttribute("src", isHeld ? second.getAttribute("src") : first.dataset.own);
  return true;
}
