// Dragging within the after strip, out of it to drop, and back into it to restore.
export function allowDragging(strips, review) {
  let dragged = null;
  const clear = () => strips.root.querySelectorAll(".drop-before, .drop-after, .drop-here")
    .forEach((marked) => marked.classList.remove("drop-before", "drop-after", "drop-here"));

  strips.root.addEventListener("dragstart", (event) => {
    const tile = event.target.closest(".tile");
    if (!tile || !strips.canEdit) return event.preventDefault();
    dragged = tile.dataset.sha;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
    strips.setFocus(tile.dataset.strip, dragged);
    return undefined;
  });

  strips.root.addEventListener("dragover", (event) => {
    const list = event.target.closest(".strip")?.querySelector(".tiles");
    if (!dragged || !list || list.dataset.strip === "before") return;
    event.preventDefault();
    clear();
    if (list.dataset.strip === "dropped") list.classList.add("drop-here");
    else markPlace(event, list);
  });

  strips.root.addEventListener("drop", (event) => {
    const list = event.target.closest(".strip")?.querySelector(".tiles");
    if (!dragged || !list) return;
    event.preventDefault();
    if (list.dataset.strip === "dropped" && review.isKept(dragged)) review.drop(dragged);
    if (list.dataset.strip === "after") review.moveTo(dragged, findPlace(event, list, dragged));
    strips.setFocus(strips.stripOf(dragged), dragged);
    clear();
  });

  strips.root.addEventListener("dragend", () => { dragged = null; clear(); });
}

function sides(event, list) {
  const entries = [...list.children];
  const next = entries.findIndex((entry) => {
    const box = entry.getBoundingClientRect();
    return event.clientX < box.left + box.width / 2;
  });
  return { entries, place: next < 0 ? entries.length : next };
}

function markPlace(event, list) {
  const { entries, place } = sides(event, list);
  if (place < entries.length) entries[place].classList.add("drop-before");
  else entries.at(-1)?.classList.add("drop-after");
}

function findPlace(event, list, sha) {
  const { entries, place } = sides(event, list);
  const from = entries.findIndex((entry) => entry.firstElementChild.dataset.sha === sha);
  return from >= 0 && from < place ? place - 1 : place;
}
