// From a key to an answer or a command. What is held down, or struck again at once, answers nothing.
import { readKey } from "../review/keys.js";
import { isTyping } from "../typing.js";

const TOO_SOON_MS = 120; // nobody has seen the picture yet
const COMMANDS = { s: "skip", z: "undo", f: "flag", x: "examples" };

const findChoice = (choices, event) => {
  const key = readKey({ key: event.key, code: event.code, shiftKey: event.shiftKey, capsLock: event.getModifierState("CapsLock") });
  const place = event.code?.match(/^(?:Digit|Numpad)([0-9])$/)?.[1]; // digits of a French keyboard
  const byKey = choices.find((one) => one.key === key.toLowerCase());
  return byKey ?? (event.shiftKey ? undefined : choices.find((one) => one.key === place));
};

// page: question(), shownAt(), stage, answer(choice), act(name).
export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => {
    const question = page.question();
    if (!question || isTyping(event) || document.querySelector("dialog[open]")) return;
    const onButton = event.target.closest?.("button, a, summary");
    if (onButton && (event.key === " " || event.key === "Enter")) return;
    if (!look(event, page, question) && !decide(event, page, question)) return;
    event.preventDefault();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") page.stage.flicker(false);
  });
  window.addEventListener("blur", () => page.stage.flicker(false));
}

function look(event, { stage }, question) {
  if (event.key === " ") {
    if (question.images.length > 1) stage.flicker(true);
    return true;
  }
  if (event.key === "Escape") {
    stage.viewer.reset();
    return true;
  }
  const isArrow = event.key.startsWith("Arrow");
  if (isArrow && (!stage.isEnlarged || event.shiftKey)) return false;
  return (isArrow || ["+", "-", "="].includes(event.key)) && stage.viewer.press(event.key);
}

function decide(event, page, question) {
  const sides = { ArrowLeft: 0, ArrowRight: 1 };
  const bySide = question.subject === "hero" && event.key in sides ? question.choices[sides[event.key]] : null;
  const choice = bySide ?? findChoice(question.choices, event);
  const command = COMMANDS[event.key.toLowerCase()];
  if (!choice && !command) return false;
  if (event.repeat) return true;
  if (choice && performance.now() - page.shownAt() >= TOO_SOON_MS) page.answer(choice);
  if (!choice) page.act(command);
  return true;
}
