// Runs before the first paint: "auto" follows the machine. Kept tiny and classic on purpose (no flash of the wrong theme).
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var choice = root.getAttribute("data-theme-choice");
    root.setAttribute("data-bs-theme", choice === "dark" || (choice === "auto" && dark.matches) ? "dark" : "light");
  }
  apply();
  dark.addEventListener("change", apply);
  window.sampanTheme = apply;
})();
