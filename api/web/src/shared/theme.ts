// Light and dark: the system's choice until the switch says otherwise; the cookie lets the server draw it at once.

const dark = matchMedia("(prefers-color-scheme: dark)");

export function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === "dark" || (chosen !== "light" && dark.matches);
}

export function onThemeChange(listener: () => void): void {
  document.addEventListener("halfvol:theme", listener);
  dark.addEventListener("change", listener);
}

export function startThemeSwitch(): void {
  const button = document.getElementById("theme-switch");
  if (button === null) return;
  const show = (): void => button.setAttribute("aria-pressed", String(isDark()));
  show();
  button.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset["theme"] = chosen;
    document.cookie = `theme=${chosen}; path=/; max-age=31536000; samesite=lax`;
    document.dispatchEvent(new Event("halfvol:theme"));
  });
  onThemeChange(show);
}
