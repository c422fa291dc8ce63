// The parts of the worker's page, drawn from a question.
import { gettext, ngettext } from "../texts.js";

export const find = (selector) => document.querySelector(selector);

export function makeKbd(key) {
  const hint = document.createElement("kbd");
  hint.setAttribute("aria-hidden", "true");
  hint.textContent = key;
  return hint;
}

// The buttons are kept and renamed: what has the focus does not go away under somebody's hand.
export function drawChoices(place, choices, press) {
  const buttons = [...place.querySelectorAll("button")];
  choices.forEach((choice, index) => {
    const button = buttons[index] ?? place.appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", className: "button button-big", onclick: () => press(choice) });
    button.dataset.key = choice.key;
    button.setAttribute("aria-keyshortcuts", choice.key);
    button.replaceChildren(`${choice.word} `, makeKbd(choice.key));
  });
  buttons.slice(choices.length).forEach((button) => button.remove());
  place.classList.toggle("has-many", choices.length > 4);
}

export function drawExamples(place, examples) {
  place.replaceChildren(...examples.map((example) => {
    const figure = document.createElement("figure");
    const picture = document.createElement("img");
    Object.assign(picture, { src: example.large, alt: "", width: 160, height: 160 });
    const caption = document.createElement("figcaption");
    const value = document.createElement("b");
    value.textContent = example.value;
    caption.append(value, example.caption ? ` ${example.caption}` : "");
    figure.append(picture, caption);
    return figure;
  }));
}

export function drawKnown(place, { right, seen }) {
  place.textContent = seen ? gettext("{right} of the last {seen} known questions right", { right, seen }) : "";
}

// What another window of the same person had answered: `said` are the server's lines, one an answer.
export function sayBefore(place, said = []) {
  const known = said.filter((result) => result.before);
  if (!known.length) return say(place, "");
  if (said.length === 1) return say(place, gettext("You had answered this already, in another window: {answer}. That answer stays, and counts once. To change it, take it back (z) and answer again.", { answer: known[0].before }));
  return say(place, ngettext("{count} of these was answered already, in another window. That answer stays, and counts once.", "{count} of these were answered already, in another window. Those answers stay, and count once.", known.length));
}

// A notice of one line; '' takes it away.
export function say(place, words) {
  place.hidden = !words;
  place.querySelector("span").textContent = words;
}
