// Twenty pictures and one yes-or-no question: marked ones are yes, all are sent in one request.
import { gettext, ngettext } from "../texts.js";
import { isTyping } from "../typing.js";
import { readKey } from "../review/keys.js";
import { makeKey } from "../review/outbox.js";
import { drawExamples, drawKnown, find, makeKbd, say, sayBefore } from "./draw.js";
import { showSaving } from "./saving.js";
import { Sending } from "./sending.js";

const MANY = 20;
const KEYS = "123456789qwertyuiopa";
const ROUND = 50;
const VALUES = ["no", "yes", "cannot_tell"];
const data = JSON.parse(find("#label-state").textContent);
const root = find("#question");
const place = find("#grid");
const { subject } = root.dataset;
const sending = new Sending({ hear, refuse, change: (outbox) => showSaving(find("#saved"), outbox), wanted: MANY, subject, heldAt: data.heldAt });
const gone = new Set(sending.outbox.list().flatMap((entry) => entry.body.answers?.map(({ question }) => question) ?? []));
const past = []; // of this page: sent grids that can be taken back
let shown = [];
let shownAt = 0;
let today = Number(root.dataset.today);

const wordOf = (value) => ({ no: gettext("No"), yes: gettext("Yes"), cannot_tell: gettext("I cannot tell") })[value];

function hear(said, entry) {
  const failed = said.results?.find((result) => result.message);
  say(find("#trouble"), failed ? gettext("One answer was not stored: {why}", { why: failed.message }) : "");
  if (entry) sayBefore(find("#before"), failed ? [] : said.results);
  drawKnown(find("#known"), said.progress);
  say(find("#pause"), said.pause?.words ?? "");
  say(find("#advice"), sessionStorage.getItem("smartimg.advice") === said.progress.hintKey ? "" : said.progress.hint);
  find("#advice").dataset.key = said.progress.hintKey;
  if (!shown.length) fill(said.questions.filter(({ id }) => !gone.has(id)));
}

function refuse(message) {
  say(find("#trouble"), message);
  sending.look();
}

function fill(questions) {
  shown = questions.slice(0, MANY).map((question) => ({ question, value: "no" }));
  root.hidden = !shown.length;
  find("#empty").hidden = Boolean(shown.length) || !find("#pause").hidden;
  if (!shown.length) return sending.lookAgain();
  const [{ question }] = shown;
  find("#sentence").textContent = question.sentence;
  find("#hint").textContent = question.hint;
  drawExamples(find("#examples"), question.examples);
  find('[data-do="examples"]').hidden = !question.examples.length;
  place.replaceChildren(...shown.map(makeTile));
  draw();
  place.firstElementChild.focus();
  shownAt = performance.now();
  return document.dispatchEvent(new CustomEvent("question-shown", { detail: question.id }));
}

function makeTile(one, index) {
  const tile = document.createElement("button");
  Object.assign(tile, { type: "button", className: "answer-tile" });
  const picture = document.createElement("img");
  const [image] = one.question.images;
  Object.assign(picture, { src: image.small, width: image.width, height: image.height, alt: "" });
  const word = document.createElement("span");
  word.className = "answer-word";
  tile.append(picture, makeKbd(KEYS[index]), word);
  tile.addEventListener("click", () => turn(index));
  tile.setAttribute("aria-keyshortcuts", KEYS[index]);
  return tile;
}

function turn(index) {
  if (!shown[index]) return;
  shown[index].value = VALUES[(VALUES.indexOf(shown[index].value) + 1) % VALUES.length];
  draw();
}

function draw() {
  shown.forEach(({ value, question }, index) => {
    const tile = place.children[index];
    tile.dataset.value = value;
    tile.querySelector(".answer-word").textContent = wordOf(value);
    tile.setAttribute("aria-label", gettext("Picture {number}, {alt}: {answer}", { number: index + 1, alt: question.images[0].alt, answer: wordOf(value) }));
  });
  const yes = shown.filter(({ value }) => value === "yes").length;
  find("#submit-word").textContent = gettext("Save {count}: {yes} yes", { count: shown.length, yes });
  find('[data-do="undo"]').disabled = !past.length;
  find("#today").textContent = ngettext("{count} answer today", "{count} answers today", today);
  find("#progress").value = today % ROUND;
}

// One request with a key an answer; the time is shared out among the pictures.
function submit() {
  if (!shown.length) return;
  const seconds = Math.round((performance.now() - shownAt) / shown.length) / 1000;
  const answers = shown.map(({ question, value }) => ({ question: question.id, proof: question.proof, value, client_id: makeKey(), seconds }));
  const key = makeKey();
  past.push({ key, shown });
  shown.forEach(({ question }) => gone.add(question.id));
  today += shown.length;
  shown = [];
  draw();
  place.replaceChildren();
  sending.add(key, key, "/label/answers/", { answers });
  find("#heard").textContent = ngettext("{count} answer sent", "{count} answers sent", answers.length);
}

// What came in meanwhile goes back to the queue by itself, after its lease.
function undo() {
  const step = past.pop();
  if (!step) return;
  today -= step.shown.length;
  const questions = step.shown.map(({ question }) => question);
  questions.forEach(({ id }) => gone.delete(id));
  if (!sending.outbox.cancel(step.key)) sending.add(makeKey(), step.key, "/label/undo/", { questions: questions.map(({ id }) => id) });
  fill(questions);
  shown = step.shown;
  draw();
}

function examples() {
  const isOpen = find("#examples").hidden && find("#examples").childElementCount > 0;
  find("#examples").hidden = !isOpen;
  find('[data-do="examples"]').setAttribute("aria-expanded", isOpen);
}

function move(event) {
  const tiles = [...place.children];
  const at = tiles.indexOf(document.activeElement);
  const columns = getComputedStyle(place).gridTemplateColumns.split(" ").length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  tiles[Math.min(tiles.length - 1, Math.max(0, at + by))]?.focus();
}

const commands = { submit, undo, examples };
document.addEventListener("keydown", (event) => {
  if (isTyping(event) || root.hidden) return;
  const key = readKey({ key: event.key, code: event.code, shiftKey: event.shiftKey });
  const index = KEYS.indexOf(key.toLowerCase());
  const onOther = event.target.closest?.("a, button:not(.answer-tile)");
  if (event.key.startsWith("Arrow")) move(event);
  else if (event.key === "Enter" && !onOther) submit();
  else if (key === "z" && !event.repeat) undo();
  else if (key === "x" && !event.repeat) examples();
  else if (key.length === 1 && index >= 0 && !event.repeat) turn(index);
  else return;
  event.preventDefault();
});
for (const [name, act] of Object.entries(commands)) find(`[data-do="${name}"]`).addEventListener("click", act);
find("#advice button").addEventListener("click", () => {
  sessionStorage.setItem("smartimg.advice", find("#advice").dataset.key);
  say(find("#advice"), "");
});
hear(data);
draw();
sending.outbox.flush();
