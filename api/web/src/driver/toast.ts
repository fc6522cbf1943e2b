// "Emptied: Harbour Street 4 [Undo]", for ten seconds.

import { h, icon, replace } from "../shared/dom";
import { t } from "../shared/page";

export const UNDO_MS = 10_000;

export class Toast {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly element: HTMLElement) {}

  show(words: string, undo: () => void): void {
    clearTimeout(this.timer);
    const button = h("button", { id: "toast-undo", type: "button", onclick: () => { this.hide(); undo(); } }, icon("undo"), t("driver.undo"));
    replace(this.element, h("span", {}, words), button);
    this.element.hidden = false;
    this.timer = setTimeout(() => this.hide(), UNDO_MS);
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.element.hidden = true;
    replace(this.element);
  }
}
