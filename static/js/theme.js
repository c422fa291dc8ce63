// Classic script in the head: the chosen theme is there before the first paint.
(() => {
  const chosen = localStorage.getItem("smartimg.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
})();
