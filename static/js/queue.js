// The queue by keys: j and k or the arrows move, Enter opens; filters apply as they are chosen.
import { isTyping } from "./typing.js";
import { showLastDecision } from "./review/last-decision.js";

const links = [...document.querySelectorAll(".row-link")];
const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

showLastDecision(document.querySelector("#last-decision"));

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || !links.length) return;
  const here = links.indexOf(document.activeElement);
  if (event.key in steps) {
    event.preventDefault();
    const to = Math.min(links.length - 1, Math.max(0, here + steps[event.key]));
    links[to].focus();
    links[to].closest("tr").scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && document.activeElement === document.body) {
    document.querySelector("[data-start]")?.click();
  }
});

for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
