// A row that goes on beyond its edge fades out there: that there is more must be seen, not guessed.
export function showEdges(row) {
  const tell = () => {
    const rest = row.scrollWidth - row.clientWidth - row.scrollLeft;
    row.classList.toggle("goes-on-left", row.scrollLeft > 1);
    row.classList.toggle("goes-on-right", rest > 1);
  };
  row.addEventListener("scroll", tell, { passive: true });
  new ResizeObserver(tell).observe(row);
  new MutationObserver(tell).observe(row, { childList: true, subtree: true, characterData: true });
  tell();
}
