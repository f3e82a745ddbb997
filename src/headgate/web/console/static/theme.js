// Before anything is painted: the system's bright or dark, unless the reader has chosen one.
(() => {
  const page = document.documentElement;
  page.classList.add("with-script");
  if (!page.hasAttribute("data-theme-of-system")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => page.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
})();
