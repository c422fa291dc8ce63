// Swagger's page has a dark look of its own: it is shown where the person's system, or their choice, is dark.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const chosen = localStorage.getItem("smartimg.theme");
    document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : system.matches);
  };
  system.addEventListener("change", show);
  show();
})();
