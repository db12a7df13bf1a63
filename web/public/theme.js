// Before the first paint, so that nothing flashes. A file of its own, because inline scripts are refused.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("certctl.theme");
  } catch {
    // A browser that stores nothing follows the system.
  }
  var dark = choice ? choice === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
})();
