// Classic script in the head: the chosen theme, and that scripts run, are known before the first paint.
(() => {
  document.documentElement.classList.add("scripted");
  const chosen = localStorage.getItem("smartimg.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
})();
