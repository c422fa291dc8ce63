// From a key to a command. Keys go by what they produce, so that they are where the layout has them; where that
// is no Latin letter (Cyrillic, Greek), by their place. Arrows and digits are the same for everybody.
import { isTyping } from "../typing.js";
import { gettext, noop } from "../texts.js";

const NAMES = { " ": noop("Space") };
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
// Held down, these would decide on proposals that nobody has seen.
const ONCE = new Set(["approve", "reject", "send-back", "skip", "undo", "flag", "drop-why", "queue", "zoom", "compare", "help"]);
const FIXED = [
  ["← →", noop("Move the focus")],
  ["↑ ↓", noop("To the strip above or below")],
  ["Shift ← →", noop("Move the picture")],
  ["1 – 9", noop("Name its type")],
];

export const nameKey = (key) => (NAMES[key] ? gettext(NAMES[key]) : key);

// What a key stands for: the sign it produces, or the Latin one at its place.
export function readKey({ key, code = "", shiftKey, capsLock = false }) {
  if (key.length !== 1 || key === " ") return key;
  if (key.codePointAt(0) > 0x24f) {
    const place = code.match(/^(?:Key|Digit)([A-Z0-9])$/)?.[1] ?? "";
    return place.toLowerCase() || key;
  }
  return capsLock && !shiftKey ? key.toLowerCase() : key;
}

// On AZERTY the digits need Shift; their keys name types without it too, where no command has the sign.
export function readDigit({ key, code = "", shiftKey }, commands) {
  if (/^[1-9]$/.test(key)) return Number(key);
  const place = code.match(/^Digit([1-9])$/)?.[1];
  return place && !shiftKey && !commands.has(key) ? Number(place) : null;
}

export function listenToKeys({ act, strips, keys }) {
  const commands = new Map(Object.entries(keys).map(([name, key]) => [key, name]));
  const arrows = {
    ArrowLeft: () => strips.stepFocus(-1), ArrowRight: () => strips.stepFocus(1),
    ArrowUp: () => strips.changeStrip(-1), ArrowDown: () => strips.changeStrip(1),
  };
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    const onButton = event.target.closest?.("button, a, summary");
    if (onButton && (event.key === " " || event.key === "Enter")) return;
    const command = findCommand(event, commands, arrows, act);
    if (!command) return;
    event.preventDefault();
    command();
  });
}

function findCommand(event, commands, arrows, act) {
  const arrow = ARROWS.find((name) => name === event.key || name === event.code);
  if (event.shiftKey && arrow === "ArrowLeft") return () => act("move-left");
  if (event.shiftKey && arrow === "ArrowRight") return () => act("move-right");
  if (arrow) return event.shiftKey ? null : arrows[arrow];
  const name = commands.get(readKey({ key: event.key, code: event.code, shiftKey: event.shiftKey, capsLock: event.getModifierState("CapsLock") }));
  if (name) return () => (event.repeat && ONCE.has(name) ? null : act(name));
  const digit = readDigit(event, commands);
  if (digit) return () => act("type-by-number", digit);
  return event.key === "Enter" && event.target.closest?.(".tile") ? () => act("zoom") : null;
}

// The keys on the buttons are this person's.
export function showKeys(keys, buttons = document.querySelectorAll("[data-do]")) {
  for (const button of buttons) {
    const hint = button.querySelector("kbd");
    const key = keys[button.dataset.do];
    if (hint && key) hint.textContent = nameKey(key);
    if (key && !button.hasAttribute("aria-keyshortcuts")) button.setAttribute("aria-keyshortcuts", nameKey(key));
  }
}

export function listKeys(place, keys, commands) {
  const rows = [...Object.entries(commands).map(([name, what]) => [nameKey(keys[name]), what]), ...FIXED.map(([key, what]) => [key, gettext(what)])];
  place.replaceChildren(...rows.flatMap(([key, word]) => {
    const term = document.createElement("dt");
    const hint = document.createElement("kbd");
    hint.textContent = key;
    term.append(hint);
    const text = document.createElement("dd");
    text.textContent = word;
    return [term, text];
  }));
}
