// Classic script in the head: the chosen theme, that scripts run, and that a decision can be taken back, are known
// before the first paint.
(() => {
  document.documentElement.classList.add("scripted");
  const chosen = localStorage.getItem("smartimg.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  const isDecided = (name) => /^smartimg\.\d*\.decided$/.test(name) && sessionStorage.getItem(name).length > 2;
  document.documentElement.classList.toggle("has-decided", Object.keys(sessionStorage).some(isDecided));
})();
