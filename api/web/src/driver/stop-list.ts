// All stops of the route with what was done; a tap makes a stop the next one, and each done one can be taken back.

import { h, icon, replace } from "../shared/dom";
import { share, time } from "../shared/format";
import { t } from "../shared/page";
import { isEmptied, type Task } from "./progress";

export interface StopListActions {
  onChosen: (task: Task) => void;
  onUndo: (task: Task) => void;
}

export function drawStopList(element: HTMLElement, all: readonly Task[], next: Task | null, mayDrive: boolean, actions: StopListActions): void {
  const focused = document.activeElement?.id;
  replace(
    element,
    ...all.map((task) => {
      const { step } = task;
      const current = next?.step.sequence === step.sequence;
      const level = step.container?.expectedFillLevel;
      const pause = step.kind === "break";
      const other = pause ? `${t("driver.breakMinutes", { minutes: Math.round(step.serviceS / 60) })} · ${step.name}` : t("driver.disposal");
      const what = step.container === null ? other : `${step.container.code} · ${t(`fraction.${step.container.fraction}`)}${level == null ? "" : ` · ${share(level)}`}`;
      const comesBack = task.done && step.container !== null && !isEmptied(task);
      const done = comesBack ? t("driver.comesBack") : task.done ? t("driver.done") : null;
      const state = task.waiting ? t("driver.waitingOne") : done;
      return h(
        "li",
        { class: task.done ? "done" : current ? "current" : null, "aria-current": current ? "step" : null },
        h(
          "button",
          { id: `stop-${step.sequence}`, type: "button", class: "stop", ...(task.done ? { disabled: true } : { onclick: () => actions.onChosen(task) }) },
          h("span", { class: "number" }, task.done ? icon(comesBack ? "clock" : "check") : step.container === null ? icon(pause ? "pause" : "disposal") : String(task.number)),
          h("span", { class: "stop-words" }, h("strong", {}, pause ? t("driver.break") : step.name), h("span", { class: "quiet" }, what)),
          h("span", { class: "stop-time" }, h("span", {}, time(step.arrivesAt)), state && h("span", { class: "quiet" }, state)),
        ),
        task.done && mayDrive && h("button", { id: `undo-${step.sequence}`, type: "button", class: "plain", "aria-label": t("driver.undoOf", { name: pause ? t("driver.break") : step.name }), onclick: () => actions.onUndo(task) }, icon("undo"), t("driver.undo")),
      );
    }),
  );
  if (focused) document.getElementById(focused)?.focus();
}
