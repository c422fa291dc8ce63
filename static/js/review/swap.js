// Another proposal in place of the one on the page: no page load, the same address in the bar as with one.
import { gettext } from "../texts.js";

const find = (selector) => document.querySelector(selector);
const PARTS = ["facts", "summary", "notices"];

function fill(page, next) {
  for (const name of PARTS) find(`#${name}`).innerHTML = next.parts[name];
  const words = { ...next };
  delete words.parts;
  Object.assign(page.data, words);
  document.title = `${next.title} · smartimg`;
  document.querySelector(".review-back").href = next.queueUrl;
  for (const part of ["#main", "#detail", "#strips"]) find(part).scrollTop = 0; // the picture first
  for (const list of page.strips.root.querySelectorAll(".tiles")) list.scrollLeft = 0;
}

function show(page, next, { edits, push = true } = {}) {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  page.complain("");
  fill(page, next);
  if (push) history.pushState({ proposal: next.id }, "", next.url);
  page.strips.begin();
  page.review.load(next.images);
  page.strips.root.dispatchEvent(new CustomEvent("proposal-shown", { bubbles: true, detail: next.id }));
  page.begin({ grab: true, ...(edits === undefined ? {} : { edits }) });
  page.shownAt = performance.now();
  page.heard.say(`${next.title}. ${next.summary}`);
  return true;
}

// What can wait until the eye has something: a page in the background paints nothing and waits no longer.
const afterPaint = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, 300);
});

// It was loaded ahead and is nobody's yet. Taken by somebody else meanwhile, the one after it is shown.
async function showComing(page, deciding, next, tries = 5) {
  const { lease, coming, data } = page;
  show(page, next);
  await afterPaint();
  if (data.id !== next.id) return;
  coming.load(data, [...deciding.listBusy()]);
  const said = await lease.take(next.leaseUrl);
  if (!said || said.held || data.id !== next.id) return;
  if (page.review.isEdited || !tries) {
    page.loseLease(said);
    return;
  }
  lease.leave({ isDecided: true });
  const after = await coming.take(new Set([...deciding.listBusy(), next.id]));
  if (!after) page.go(data.nextUrl);
  else await showComing(page, deciding, after, tries - 1);
  page.heard.say(`${gettext("{holder} took {title} meanwhile.", { holder: said.holder || gettext("Somebody"), title: next.title })} ${page.data.title}.`);
}

// From the server, with its lease; false where that does not answer.
async function reopen(page, deciding, url, edits, push = true) {
  const { lease, data } = page;
  const answer = await fetch(url + data.search, {
    method: "POST", headers: { "X-CSRFToken": page.outbox.token() },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const next = await answer.json();
  show(page, next, { edits: edits ?? undefined, push });
  if (next.canEdit) lease.hold(next.leaseUrl);
  page.coming.load(data, [...deciding.listBusy()], { isJump: true });
  return true;
}

export function putInPlace(page, deciding) {
  history.replaceState({ proposal: page.data.id }, "");
  window.addEventListener("popstate", async ({ state }) => {
    if (!state?.proposal || state.proposal === page.data.id) return;
    page.lease.leave();
    const isShown = await reopen(page, deciding, `/proposals/${state.proposal}/open/`, undefined, false);
    if (!isShown) location.reload();
  });
  return {
    show: (next, options) => show(page, next, options),
    showComing: (next) => showComing(page, deciding, next),
    reopen: (url, edits) => reopen(page, deciding, url, edits),
  };
}
