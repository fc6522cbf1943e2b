// Where the driver is in the route: from what the server knows, what still waits in the outbox, and what the driver chose.

import type { Route, RouteStep } from "../shared/resources";
import type { Entry, Message } from "./outbox";

export interface Task {
  step: RouteStep;
  /** Which stop it is, counting emptyings only, from 1; 0 for a disposal or a break. */
  number: number;
  done: boolean;
  /** What made it done: to take it back. Absent for disposals and breaks. */
  told: Message | null;
  /** Told here, not yet taken by the server. */
  waiting: boolean;
}

/** How far to trust the fill level that the plan expects. */
export function trust(step: RouteStep): "good" | "doubtful" | "none" {
  if (step.container?.expectedFillLevel == null) return "none";
  return step.container.reason === "no_trusted_reading" ? "doubtful" : "good";
}

/** Whether the container was emptied, and not only passed. */
export function isEmptied(task: Task): boolean {
  return task.told?.resource === "emptyings";
}

/** The steps that a driver has to do: emptyings, disposals and breaks, in order. `ticked`: the others that are done. */
export function tasks(route: Route, outbox: readonly Entry[], ticked: ReadonlySet<number>): Task[] {
  let number = 0;
  return route.steps
    .filter((step) => step.kind === "emptying" || step.kind === "disposal" || step.kind === "break")
    .map((step): Task => {
      if (step.container === null) {
        return { step, number: 0, done: ticked.has(step.sequence), told: null, waiting: false };
      }
      number += 1;
      const { id: containerId } = step.container;
      const mine = outbox.filter((entry) => entry.report.containerId === containerId);
      const withdrawn = new Set(mine.filter((entry) => entry.method === "DELETE").map((entry) => entry.id));
      const sent = mine.filter((entry) => entry.method === "PUT" && !withdrawn.has(entry.id));
      const known = knownTo(step, containerId, route.id).filter((each) => !withdrawn.has(each.id));
      // Emptied after all counts more than what was told before.
      const all: { message: Message; waiting: boolean }[] = [...sent.map((message) => ({ message, waiting: true })), ...known.map((message) => ({ message, waiting: false }))];
      const told = all.find(({ message }) => message.resource === "emptyings") ?? all[0];
      if (told === undefined) return { step, number, done: false, told: null, waiting: withdrawn.size > 0 };
      return { step, number, done: true, told: told.message, waiting: told.waiting };
    });
}

/** What the server knows of the container of a step. */
function knownTo(step: RouteStep, containerId: number, routeId: number): Message[] {
  const known: Message[] = [];
  if (step.emptying !== null) {
    const { id, emptiedAt, observedFillLevel } = step.emptying;
    known.push({ resource: "emptyings", id, report: { containerId, emptiedAt, observedFillLevel, routeId } });
  }
  // A route that was kept by an older page has none.
  if (step.visitRequest != null) {
    const { id, requestedAt, note } = step.visitRequest;
    known.push({ resource: "visit-requests", id, report: { containerId, kind: "driver", requestedAt, note, routeId } });
  }
  return known;
}

/** What to do now: what the driver chose if it is still open, else the first open task behind the last one done, else any. */
export function nextTask(all: readonly Task[], chosen: number | null): Task | null {
  const open = all.filter((task) => !task.done);
  const picked = open.find((task) => task.step.sequence === chosen);
  if (picked !== undefined) return picked;
  return open[0] ?? null;
}
