// Why the judges said what they said: a bar with its limit, a number, and a sentence that folds away.
import { makeIcon } from "./marks.js";
import { gettext, ngettext, writeNumber } from "../texts.js";
import { nameType } from "./types.js";

const number = (value) => (value == null ? "–" : writeNumber(Number(value), 2));

export function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

// A share of 0 to 1, and a tick where the limit is.
export function makeMeter(value, limit, isBad) {
  const meter = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  meter.setAttribute("class", `meter${isBad ? " is-bad" : ""}`);
  meter.setAttribute("viewBox", "0 0 100 10");
  meter.setAttribute("preserveAspectRatio", "none");
  meter.setAttribute("aria-hidden", "true");
  const within = (share) => Math.min(1, Math.max(0, share)) * 100;
  const shapes = [["meter-ground", 0, 100, 2, 6], ["meter-value", 0, within(value), 2, 6]];
  if (limit != null) shapes.push(["meter-threshold", Math.min(98.4, within(limit)), 1.6, 0, 10]);
  for (const [name, x, width, y, height] of shapes) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    shape.setAttribute("class", name);
    for (const [key, at] of Object.entries({ x, y, width, height })) shape.setAttribute(key, at);
    meter.append(shape);
  }
  return meter;
}

function makePart(title, ...children) {
  return make("section", "evidence-part", make("h3", "", title), ...children);
}

function makeJudge(judge) {
  const word = judge.threshold == null ? number(judge.score)
    : `${number(judge.score)} ${judge.flag ? "≥" : "<"} ${number(judge.threshold)}`;
  const name = make("span", "judge-name", judge.flag ? makeIcon("warning") : "", judge.label);
  const line = make("summary", "", name, makeMeter(judge.score, judge.threshold, judge.flag), make("span", "judge-number", word));
  const more = [judge.note, judge.version && gettext("model {version}", judge)].filter(Boolean).join(" · ");
  const fold = make("details", `judge${judge.flag ? " is-bad" : ""}`, line, make("p", "", `${judge.sentence} `, make("span", "quiet", more)));
  fold.open = judge.flag;
  fold.dataset.judge = judge.name;
  return fold;
}

function showTypes({ types, confidence }) {
  if (!types) return null;
  const rows = types.best.map(([name, share], i) => {
    const isFirst = i === 0 ? " is-first" : "";
    return make("li", `type-share${isFirst}`, make("span", "judge-name", nameType(name)), makeMeter(share, types.threshold), make("span", "judge-number", number(share)));
  });
  const version = types.version ? make("span", "quiet", gettext("model {version}, sure from {limit}", { version: types.version, limit: number(types.threshold) })) : "";
  const list = rows.length ? make("ol", "type-shares", ...rows) : null;
  return makePart(confidence == null ? gettext("Type") : gettext("Type {share} sure", { share: number(confidence) }), list, make("p", "evidence-sentence", `${types.sentence} `, version));
}

// Distances of a pair: the tick in the middle of a bar is the limit, whatever the unit.
export function makeRows(title, rows) {
  const body = rows.map((row) => {
    const head = make("th", "", row.label, row.meaning ? make("span", "only-heard", `, ${row.meaning}`) : "");
    head.scope = "row";
    head.title = row.meaning;
    const bar = make("td", "evidence-bar");
    if (row.share != null) bar.append(makeMeter(row.share, 0.5, row.beyond));
    return make("tr", row.beyond ? "is-bad" : "", head, bar, make("td", "number", row.value), make("td", "quiet", row.limit ? gettext("limit {limit}", row) : ""));
  });
  return makePart(title, make("table", "evidence-table", make("tbody", "", ...body)));
}

function showCopy({ copy }) {
  if (!copy) return null;
  const sure = copy.probability == null ? "" : ` ${gettext("Probability {share}.", { share: number(copy.probability) })}`;
  const part = makeRows(gettext("Copy"), copy.rows);
  part.querySelector("h3").after(make("p", "evidence-sentence", `${copy.verdict}${sure}`));
  return part;
}

function showJudges({ judges, silent }) {
  const flagged = judges.filter((judge) => judge.flag).length;
  const objections = flagged ? ngettext("{count} objection", "{count} objections", flagged) : gettext("no objection");
  const title = `${ngettext("{count} judge", "{count} judges", judges.length)}, ${objections}`;
  const none = silent.length ? make("p", "quiet evidence-sentence", gettext("Not judged, no model: {names}", { names: silent.join(", ") })) : null;
  return judges.length || none ? makePart(title, ...judges.map(makeJudge), none) : null;
}

export function showEvidence(place, image, versions) {
  const parts = [showJudges(image), showTypes(image), showCopy(image)].filter(Boolean);
  if (image.judges.some((judge) => judge.flag)) parts.sort((a) => (a.querySelector(".judge") ? -1 : 0));
  if (!parts.length) parts.push(make("p", "quiet", gettext("Nothing was noted about this picture.")));
  if (versions) parts.push(make("p", "quiet small evidence-part", gettext("Made with {versions}", { versions })));
  place.replaceChildren(...parts);
}

// Where a judge saw something, on the picture: boxes in shares of its sides.
export function showBoxes(svg, image) {
  svg.setAttribute("viewBox", `0 0 ${image.width || 1} ${image.height || 1}`);
  const boxes = image.judges.filter((judge) => judge.box);
  svg.replaceChildren(...boxes.map(({ box: [left, top, right, bottom] }) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const at = { x: left * image.width, y: top * image.height, width: (right - left) * image.width, height: (bottom - top) * image.height };
    for (const [key, value] of Object.entries(at)) shape.setAttribute(key, value);
    return shape;
  }));
}
