// The devices' page is complete without scripts; these copy a command and switch the theme.

import { t } from "../shared/page";
import { startThemeSwitch } from "../shared/theme";

startThemeSwitch();

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  button.hidden = !("clipboard" in navigator);
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(button.dataset["copy"] ?? "").then(() => {
      const before = button.textContent;
      button.textContent = t("devices.copied");
      setTimeout(() => (button.textContent = before), 2_000);
    });
  });
}
