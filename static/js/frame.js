// What every page has: the theme switch, menus that close, "/" for search, and a word when a request fails.
import { isTyping } from "./typing.js";
import { gettext } from "./texts.js";

function switchTheme() {
  const root = document.documentElement;
  const isDark = getComputedStyle(root).colorScheme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("smartimg.theme", root.dataset.theme);
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.person[open]")) {
    if (event.key === "Escape") menu.querySelector("summary").focus();
    if (event.key === "Escape" || !menu.contains(event.target)) menu.open = false;
  }
}

function focusSearch(event) {
  const field = document.querySelector("#search");
  if (event.key !== "/" || isTyping(event) || !field || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function sayWhatFailed(event) {
  const place = document.querySelector("#connection");
  if (!place) return;
  const status = event.detail?.xhr?.status;
  const signedOut = status === 401 || status === 403;
  place.textContent = signedOut
    ? gettext("You are no longer logged in, or may not see this. Load the page again.")
    : gettext("This page could not be brought up to date; it tries again by itself. What you see may be old.");
  place.hidden = false;
}

// A table that is wider than its frame can be scrolled by keyboard, under the name of what stands above it.
function openFrames() {
  for (const frame of document.querySelectorAll(".table-frame:not([tabindex])")) {
    if (frame.scrollWidth <= frame.clientWidth) continue;
    const heading = frame.closest("section")?.querySelector("h1, h2, h3") ?? document.querySelector("h1");
    frame.tabIndex = 0;
    frame.setAttribute("role", "group"); // no landmark: its section is one already
    frame.setAttribute("aria-label", heading?.textContent.trim() || gettext("Table"));
  }
}

document.querySelector("[data-switch-theme]")?.addEventListener("click", switchTheme);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(event);
  focusSearch(event);
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, sayWhatFailed);
}
// The page that is open is in sight among the pages of its section, also where these are wider than a phone.
function showCurrentTab() {
  const tab = document.querySelector(".subtabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft + tab.offsetWidth - tab.parentElement.clientWidth + 16;
}

// Filters apply as they are chosen; their button is for a page without scripts.
for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

showCurrentTab();
openFrames();
window.addEventListener("resize", openFrames);
document.addEventListener("htmx:afterSettle", openFrames);
document.addEventListener("htmx:afterOnLoad", (event) => {
  const place = document.querySelector("#connection");
  if (place && event.detail.xhr.status < 400) place.hidden = true;
});
