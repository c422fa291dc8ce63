// The queue by keys: j and k or the arrows move, Enter opens, z undoes.
import { isTyping } from "./typing.js";
import { showLastDecision } from "./review/last-decision.js";

const links = [...document.querySelectorAll(".row-link")];
const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

const lastDecision = document.querySelector("#last-decision");
showLastDecision(lastDecision);

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (event.key === "z" && !event.repeat) lastDecision.querySelector("button")?.click();
  if (!links.length) return;
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
