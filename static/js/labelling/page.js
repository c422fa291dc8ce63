// The worker's page: a key answers, the next question is there at once, and saving goes on behind it.
import { gettext, ngettext } from "../texts.js";
import { drawChoices, drawExamples, drawKnown, find, say, sayBefore } from "./draw.js";
import { allowFlagging } from "./flagging.js";
import { listenToKeys } from "./keys.js";
import { Questions } from "./questions.js";
import { showSaving } from "./saving.js";
import { Sending } from "./sending.js";
import { Pictures, Stage } from "./stage.js";

const AHEAD = 3;
const ROUND = 50; // answers, of which the line shows the way to the next
const data = JSON.parse(find("#label-state").textContent);
const pictures = new Pictures();
const stage = new Stage(find("#stage"), pictures);
const sending = new Sending({ hear, refuse, change: (outbox) => showSaving(find("#saved"), outbox), wanted: AHEAD, heldAt: data.heldAt });
const questions = new Questions(sending.pending);
let shownAt = -1e4;
let today = Number(find("#question").dataset.today);
let shown = null;
let isPaused = false;
let isBroken = false; // the picture in sight did not come

function hear(said, entry) {
  questions.merge(said.questions);
  const failed = entry && said.results?.find((result) => result.message);
  if (failed || !isBroken) trouble(failed ? gettext("One answer was not stored: {why}", { why: failed.message }) : "", isBroken);
  if (entry) sayBefore(find("#before"), failed ? [] : said.results);
  tell(said);
  draw();
}

function refuse(message, entry) {
  questions.drop(entry.proposal);
  trouble(message);
  draw();
}

function trouble(words, canRetry = false) {
  say(find("#trouble"), words);
  find('[data-do="retry"]').hidden = !canRetry;
}

// How the person does, and what they are not asked; which question was a known one is not told.
function tell({ progress, pause }) {
  drawKnown(find("#known"), progress);
  say(find("#pause"), pause?.words ?? "");
  isPaused = Boolean(pause?.isAll);
  const isRead = sessionStorage.getItem("smartimg.advice") === progress.hintKey;
  find("#advice").dataset.key = progress.hintKey;
  say(find("#advice"), isRead ? "" : progress.hint);
}

function draw() {
  const question = questions.current;
  find("#question").hidden = !question;
  find("#empty").hidden = Boolean(question) || isPaused;
  find('[data-do="undo"]').disabled = !questions.past.length;
  for (const next of questions.list.slice(0, AHEAD)) next.images.forEach((image) => pictures.prepare(image));
  if (question?.id !== shown?.id) show(question);
  if (!question) sending.lookAgain();
}

async function show(question) {
  if (isBroken) trouble("");
  shown = question;
  isBroken = false;
  shownAt = Infinity; // no key counts before the picture is there
  if (!question) return;
  find("#sentence").textContent = question.sentence;
  find("#hint").textContent = question.hint;
  drawChoices(find("#answers"), question.choices, answer);
  drawExamples(find("#examples"), question.examples);
  find('[data-do="examples"]').hidden = !question.examples.length;
  find("#examples").hidden = !question.examples.length || find('[data-do="examples"]').getAttribute("aria-expanded") !== "true";
  find('[data-do="flicker"]').hidden = question.images.length < 2;
  const isWhole = await stage.show(question);
  if (shown !== question) return;
  isBroken = !isWhole;
  if (isBroken) return trouble(gettext("The picture could not be loaded. Try again, skip the question or flag it."), true);
  requestAnimationFrame(() => {
    if (shown !== question) return;
    shownAt = performance.now();
    document.dispatchEvent(new CustomEvent("question-shown", { detail: question.id }));
  });
}

function retry() {
  const hadFocus = document.activeElement === find('[data-do="retry"]');
  shown.images.forEach((image) => pictures.forget(image));
  show(shown);
  if (hadFocus) find("#sentence").focus(); // the button is gone until it is known what came of it
}

function answer(choice) {
  const question = questions.current;
  if (!question || shownAt === Infinity) return;
  const seconds = Math.round(performance.now() - shownAt) / 1000;
  count(1);
  go({ key: sending.answer(question, choice.value, seconds), isAnswer: true }, choice.word);
}

function pass(said) {
  if (questions.current) go({ key: sending.pass(questions.current, said), isFlag: Boolean(said?.flag) }, said?.flag ? gettext("Flagged") : gettext("Skipped"));
}

function go(step, word) {
  questions.leave(step);
  draw();
  find("#heard").textContent = [word, questions.current?.sentence ?? gettext("No question is open")].join(". ");
}

function undo() {
  const step = questions.back();
  if (!step) return;
  sending.undo(step.key, step.question.id);
  if (step.isAnswer) count(-1);
  draw();
  find("#heard").textContent = `${gettext("Taken back")}. ${step.question.sentence}`;
}

function count(by) {
  today = Math.max(0, today + by);
  find("#today").textContent = ngettext("{count} answer today", "{count} answers today", today);
  find("#progress").value = today % ROUND;
}

function toggleExamples(isOpen = find("#examples").hidden) {
  if (!questions.current?.examples.length) return;
  find("#examples").hidden = !isOpen;
  find('[data-do="examples"]').setAttribute("aria-expanded", isOpen);
}

const flagging = allowFlagging(find("#flag"), (reason) => pass({ reason, flag: true }));
const commands = { skip: () => pass(), flag: () => questions.current && flagging.open(), undo, examples: () => toggleExamples(), retry };
listenToKeys({ stage, answer, question: () => questions.current, shownAt: () => shownAt, act: (name) => commands[name]() });
for (const [name, act] of Object.entries(commands)) find(`[data-do="${name}"]`).addEventListener("click", act);
const flicker = find('[data-do="flicker"]');
for (const [name, isOn] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false], ["pointerleave", false]]) {
  flicker.addEventListener(name, () => stage.flicker(isOn));
}
flicker.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && stage.flicker(true));
flicker.addEventListener("keyup", () => stage.flicker(false));
find("#answers").addEventListener("submit", (event) => event.preventDefault());
find("#advice button").addEventListener("click", () => {
  sessionStorage.setItem("smartimg.advice", find("#advice").dataset.key);
  say(find("#advice"), "");
  toggleExamples(true);
});
questions.merge(data.questions);
count(0);
tell(data);
draw();
sending.outbox.flush();
