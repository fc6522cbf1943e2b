// On a phone the panel is a sheet over the map, in three heights; its handle is a button and can be dragged.

const HEIGHTS = ["peek", "half", "full"] as const;
type Height = (typeof HEIGHTS)[number];

export class Sheet {
  constructor(
    private readonly panel: HTMLElement,
    private readonly handle: HTMLElement,
  ) {
    this.set("half");
    handle.addEventListener("click", () => this.set(this.height === "full" ? "peek" : this.height === "half" ? "full" : "half"));
    handle.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** Makes sure that something of the panel can be read. */
  reveal(): void {
    if (this.height === "peek") this.set("half");
  }

  private get height(): Height {
    return (this.panel.dataset["height"] ?? "half") as Height;
  }

  private set(height: Height): void {
    this.panel.dataset["height"] = height;
    this.handle.setAttribute("aria-expanded", String(height !== "peek"));
  }

  private drag(start: PointerEvent): void {
    const from = this.panel.getBoundingClientRect().height;
    let moved = false;
    const move = (event: PointerEvent): void => {
      const change = start.clientY - event.clientY;
      if (!moved && Math.abs(change) < 6) return;
      moved = true;
      this.panel.classList.add("dragging");
      this.panel.style.setProperty("--dragged", `${from + change}px`);
    };
    const end = (): void => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      this.panel.classList.remove("dragging");
      if (!moved) return;
      const shareOfScreen = this.panel.getBoundingClientRect().height / innerHeight;
      this.panel.style.removeProperty("--dragged");
      this.set(shareOfScreen < 0.28 ? "peek" : shareOfScreen < 0.66 ? "half" : "full");
      // The click that follows a drag is not one.
      this.handle.addEventListener("click", (event) => event.stopImmediatePropagation(), { once: true, capture: true });
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }
}
