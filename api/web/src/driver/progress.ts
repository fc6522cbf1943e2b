// Where the driver is in the route: from what the server knows, what still waits in the outbox, and what the driver chose.

import type { Route, RouteStep } from "../shared/resources";
import type { Entry, Report } from "./outbox";

export interface Task {
  step: RouteStep;
  /** Which stop it is, counting emptyings only, from 1; 0 for a disposal or a break. */
  number: number;
  done: boolean;
  /** The report that made it done: to take it back. Absent for disposals and breaks. */
  emptying: { id: string; report: Report } | null;
  /** Reported here, not yet taken by the server. */
  waiting: boolean;
}

/** How far to trust the fill level that the plan expects. */
export function trust(step: RouteStep): "good" | "doubtful" | "none" {
  if (step.container?.expectedFillLevel == null) return "none";
  return step.container.reason === "no_trusted_reading" ? "doubtful" : "good";
}

/** The steps that a driver has to do: emptyings, disposals and breaks, in order. `ticked`: the others that are done. */
export function tasks(route: Route, outbox: readonly Entry[], ticked: ReadonlySet<number>): Task[] {
  let number = 0;
  return route.steps
    .filter((step) => step.kind === "emptying" || step.kind === "disposal" || step.kind === "break")
    .map((step): Task => {
      if (step.container === null) {
        return { step, number: 0, done: ticked.has(step.sequence), emptying: null, waiting: false };
      }
      number += 1;
      const { id: containerId } = step.container;
      const mine = outbox.filter((entry) => entry.report.containerId === containerId);
      const withdrawn = new Set(mine.filter((entry) => entry.method === "DELETE").map((entry) => entry.id));
      const reported = mine.find((entry) => entry.method === "PUT" && !withdrawn.has(entry.id));
      if (reported !== undefined) {
        return { step, number, done: true, emptying: { id: reported.id, report: reported.report }, waiting: true };
      }
      const known = step.emptying;
      if (known === null || withdrawn.has(known.id)) return { step, number, done: false, emptying: null, waiting: withdrawn.size > 0 };
      const report = { containerId, emptiedAt: known.emptiedAt, observedFillLevel: known.observedFillLevel, routeId: route.id };
      return { step, number, done: true, emptying: { id: known.id, report }, waiting: false };
    });
}

/** What to do now: what the driver chose if it is still open, else the first open task behind the last one done, else any. */
export function nextTask(all: readonly Task[], chosen: number | null): Task | null {
  const open = all.filter((task) => !task.done);
  const picked = open.find((task) => task.step.sequence === chosen);
  if (picked !== undefined) return picked;
  return open[0] ?? null;
}
