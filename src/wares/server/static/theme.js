// Light or dark: as the system has it, until somebody chooses. The choice goes with requests, so no page flashes.
const root = document.documentElement;
document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `wares_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});
