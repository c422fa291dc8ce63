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
let brokenSaid = false; // whether the notice speaks of pictures that did not come
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
  else drawBroken();
}

function refuse(message) {
  say(find("#trouble"), message);
  sending.look();
}

function fill(questions) {
  shown = questions.slice(0, MANY).map((question) => ({ question, value: "no", sight: "loading" }));
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
  for (const [event, sight] of [["load", "seen"], ["error", "broken"]]) picture.addEventListener(event, () => see(one, sight));
  Object.assign(picture, { src: image.small, width: image.width, height: image.height, alt: "" });
  const word = document.createElement("span");
  word.className = "answer-word";
  tile.append(picture, makeKbd(KEYS[index]), word);
  tile.addEventListener("click", () => turn(index));
  tile.setAttribute("aria-keyshortcuts", KEYS[index]);
  return tile;
}

// Nobody says no to what they did not see: a picture counts once it is there.
function see(one, sight) {
  if (!shown.includes(one)) return;
  one.sight = sight;
  draw();
}

function retry() {
  const broken = shown.filter(({ sight }) => sight === "broken");
  broken.forEach((one) => { one.sight = "loading"; });
  place.children[shown.indexOf(broken[0])]?.focus(); // the button goes
  draw();
  broken.forEach((one) => {
    const picture = place.children[shown.indexOf(one)].querySelector("img");
    const [image] = one.question.images;
    picture.removeAttribute("src");
    picture.src = image.small;
  });
}

function turn(index) {
  if (!shown[index]) return;
  if (shown[index].sight === "broken") return retry();
  shown[index].value = VALUES[(VALUES.indexOf(shown[index].value) + 1) % VALUES.length];
  draw();
}

function draw() {
  shown.forEach(({ value, sight, question }, index) => {
    const tile = place.children[index];
    const answer = sight === "broken" ? gettext("Not loaded") : wordOf(value);
    Object.assign(tile.dataset, { value, sight });
    tile.querySelector(".answer-word").textContent = answer;
    tile.setAttribute("aria-label", gettext("Picture {number}, {alt}: {answer}", { number: index + 1, alt: question.images[0].alt, answer }));
  });
  const seen = shown.filter(({ sight }) => sight === "seen");
  const yes = seen.filter(({ value }) => value === "yes").length;
  find("#submit-word").textContent = gettext("Save {count}: {yes} yes", { count: seen.length, yes });
  find('[data-do="submit"]').disabled = isLoading();
  drawBroken();
  find('[data-do="undo"]').disabled = !past.length;
  find("#today").textContent = ngettext("{count} answer today", "{count} answers today", today);
  find("#progress").value = today % ROUND;
}

function isLoading() {
  return shown.some(({ sight }) => sight === "loading");
}

function drawBroken() {
  const count = shown.filter(({ sight }) => sight === "broken").length;
  const isSaid = count > 0 && !isLoading();
  find('[data-do="retry"]').hidden = !isSaid;
  if (isSaid) say(find("#trouble"), ngettext("{count} picture could not be loaded. Try again, or save without it: it is asked again later.", "{count} pictures could not be loaded. Try again, or save without them: they are asked again later.", count));
  else if (brokenSaid) say(find("#trouble"), "");
  brokenSaid = isSaid;
}

// One request with a key an answer; the time is shared out among the pictures. Those that did not come are left out.
function submit() {
  if (!shown.length || isLoading()) return;
  const answered = shown.filter(({ sight }) => sight === "seen");
  shown.forEach(({ question }) => gone.add(question.id));
  shown = [];
  draw();
  place.replaceChildren();
  if (answered.length) send(answered);
  else sending.look();
}

function send(shown) {
  const seconds = Math.round((performance.now() - shownAt) / shown.length) / 1000;
  const answers = shown.map(({ question, value }) => ({ question: question.id, proof: question.proof, value, client_id: makeKey(), seconds }));
  const key = makeKey();
  past.push({ key, shown });
  today += shown.length;
  draw();
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
  shown.forEach((one, index) => { one.value = step.shown[index].value; });
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

const commands = { submit, undo, examples, retry };
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
