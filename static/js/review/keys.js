// Keys and what they do. One table: the help dialog shows it, and localStorage may give a command another key.
import { isTyping } from "../typing.js";

export const COMMANDS = [
  ["a", "approve", "Approve and go on"],
  ["x", "reject", "Reject, with a reason"],
  ["s", "skip", "Skip: next one, your edits stay a draft"],
  ["z", "undo", "Undo the last edit; without one, the last decision"],
  ["m", "hero", "Make this picture the hero"],
  ["d", "drop", "Drop it, or put it back"],
  ["n", "not-copy", "Not a copy: put it back beside the other"],
  ["c", "compare", "Compare with the other picture"],
  [" ", "zoom", "Enlarge"],
  ["o", "only-changes", "Show only changes"],
  ["q", "queue", "Back to the queue"],
  ["?", "help", "These keys"],
];
const FIXED = [
  ["← →", "Move the focus"],
  ["↑ ↓", "To the strip above or below"],
  ["Shift ← →", "Move the picture"],
  ["1 – 9", "Name its type"],
];

function readChosenKeys() {
  try {
    return JSON.parse(localStorage.getItem("smartimg.keys")) ?? {};
  } catch {
    return {};
  }
}

export function listenToKeys({ act, strips }) {
  const chosen = readChosenKeys();
  const commands = new Map(COMMANDS.map(([key, name]) => [chosen[name] ?? key, name]));
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
  if (event.shiftKey && event.key === "ArrowLeft") return () => act("move-left");
  if (event.shiftKey && event.key === "ArrowRight") return () => act("move-right");
  if (arrows[event.key] && !event.shiftKey) return arrows[event.key];
  if (/^[1-9]$/.test(event.key)) return () => act("type-by-number", Number(event.key));
  if (event.key === "Enter" && event.target.closest?.(".tile")) return () => act("zoom");
  const name = commands.get(event.key);
  return name && (() => act(name));
}

export function listKeys(place) {
  const rows = [...COMMANDS.map(([key, , word]) => [key === " " ? "Space" : key, word]), ...FIXED];
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
