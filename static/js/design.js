// The page of the design: each sample shows the value that it is named after; the sheet of keys opens.
for (const swatch of document.querySelectorAll("[data-token]")) {
  swatch.style.background = `var(--${swatch.dataset.token})`;
}
for (const line of document.querySelectorAll("[data-size]")) {
  line.style.fontSize = `var(--${line.dataset.size})`;
}
for (const gap of document.querySelectorAll("[data-gap]")) {
  gap.style.width = `var(--${gap.dataset.gap})`;
}
document.querySelector(".schemes").classList.remove("is-coming");
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  event.target.closest("[data-close]")?.closest("dialog").close();
});
