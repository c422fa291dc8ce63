// Why the judges said what they said, as rows that can be read at a glance.
const JUDGES = {
  blur: "blur", small_object: "small object", placeholder: "placeholder", badge: "badge or text",
  watermark: "watermark", adult: "adult", weapon: "weapon", violence: "violence",
  resolution: "resolution", aspect: "shape", file_size: "file size", relevance: "shows the product",
};
const number = (value) => (value == null ? "–" : Number(value).toFixed(2));

// Distances are bits or small shares: whole ones stay whole, small ones get a third digit.
function distance(value) {
  if (Number.isInteger(value)) return String(value);
  return Number(value).toFixed(Math.abs(value) < 0.1 ? 3 : 2);
}

function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function makeMeter(value, threshold, isBad) {
  const meter = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  meter.setAttribute("class", `meter${isBad ? " is-bad" : ""}`);
  meter.setAttribute("viewBox", "0 0 100 8");
  meter.setAttribute("preserveAspectRatio", "none");
  meter.setAttribute("aria-hidden", "true");
  const shapes = [["meter-ground", 0, 100], ["meter-value", 0, Math.min(1, Math.max(0, value)) * 100]];
  if (threshold != null) shapes.push(["meter-threshold", Math.min(1, threshold) * 100 - 0.6, 1.2]);
  for (const [name, x, width] of shapes) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    shape.setAttribute("class", name);
    for (const [key, at] of Object.entries({ x, y: 0, width, height: 8 })) shape.setAttribute(key, at);
    meter.append(shape);
  }
  return meter;
}

function makeRow(name, value, threshold, isBad, word) {
  const row = make("tr", "");
  const bar = make("td", "evidence-bar");
  if (value != null) bar.append(makeMeter(value, threshold, isBad));
  const head = make("th", "", name);
  head.scope = "row";
  row.append(head, bar, make("td", isBad ? "evidence-bad" : "", word));
  return row;
}

const nameJudge = ([name]) => JUDGES[name] ?? name.replaceAll("_", " ");

// What is flagged first, then what came nearest to its threshold.
function byNearness([, a], [, b]) {
  return b.flag - a.flag || (b.score - (b.threshold ?? 1)) - (a.score - (a.threshold ?? 1));
}

function judgeRow([name, judge]) {
  let word = judge.score == null ? judge.note || "no model" : number(judge.score);
  if (judge.score != null && judge.threshold != null) word += `${judge.flag ? " ≥ " : " < "}${number(judge.threshold)}`;
  if (judge.score != null && judge.note) word += `, ${judge.note}`;
  const row = makeRow(nameJudge([name]), judge.score, judge.threshold, judge.flag, word);
  if (judge.version) row.title = `model ${judge.version}`;
  return row;
}

function makeTable(title, rows) {
  const body = make("tbody", "", ...rows);
  return make("div", "evidence-part", make("h3", "", title), make("table", "evidence-table", body));
}

function showTypes(image) {
  const found = image.evidence?.type;
  if (!found?.probabilities) return [];
  const best = Object.entries(found.probabilities).sort((a, b) => b[1] - a[1]).slice(0, 4);
  const rows = best.map(([name, share]) => makeRow(name, share, found.threshold, false, number(share)));
  const head = found.head ? `Type, by ${found.head}` : "Type";
  return [makeTable(head, rows)];
}

// Distances below their thresholds speak for a copy.
export function showDistances(compared) {
  if (!compared?.distances) return [];
  const rows = Object.entries(compared.distances).map(([name, value]) => {
    const threshold = compared.thresholds?.[name];
    const row = make("tr", "");
    const head = make("th", "", name.replaceAll("_", " "));
    head.scope = "row";
    row.append(head, make("td", "number", distance(value)), make("td", "quiet", threshold == null ? "" : `limit ${distance(threshold)}`));
    return row;
  });
  const by = compared.decided_by ? ` Decided by ${String(compared.decided_by).replaceAll("_", " ")}.` : "";
  return [makeTable(`The same picture?${by}`, rows)];
}

export function showEvidence(place, image, versions) {
  const judges = Object.entries(image.evidence?.judges ?? {});
  const scored = judges.filter(([, judge]) => judge.score != null).sort(byNearness);
  const silent = judges.filter(([, judge]) => judge.score == null);
  const parts = [...showTypes(image), ...showDistances(image.evidence?.copy)];
  if (scored.length) parts.unshift(makeTable("Judges", scored.map(judgeRow)));
  if (silent.length) parts.push(make("p", "quiet small evidence-part", `Not judged, no model: ${silent.map(nameJudge).join(", ")}`));
  if (versions) parts.push(make("p", "quiet small evidence-part", versions));
  if (!parts.length) parts.push(make("p", "quiet", "Nothing was noted about this picture."));
  place.replaceChildren(...parts);
}
