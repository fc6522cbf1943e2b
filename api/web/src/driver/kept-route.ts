// The newest route that this phone has seen: a page that opens without a network may be older than what was done since.

import type { Route } from "../shared/resources";
import type { Entry } from "./outbox";

export class KeptRoute {
  private readonly key: string;

  constructor(id: number) {
    this.key = `halfvol.route.${id}`;
  }

  keep(route: Route): void {
    localStorage.setItem(this.key, JSON.stringify(route));
  }

  newer(route: Route): Route {
    const text = localStorage.getItem(this.key);
    if (text === null) return route;
    const kept = JSON.parse(text) as Route;
    return kept.readAt >= route.readAt ? kept : route;
  }
}

/** The route as it is after the server took this entry. */
export function afterSent(route: Route, entry: Entry): Route {
  const steps = route.steps.map((step) => {
    if (step.container?.id !== entry.report.containerId) return step;
    if (entry.method === "DELETE") {
      return { ...step, emptying: step.emptying?.id === entry.id ? null : step.emptying, visitRequest: step.visitRequest?.id === entry.id ? null : step.visitRequest };
    }
    return entry.resource === "emptyings"
      ? { ...step, emptying: { id: entry.id, ...entry.report, reportedAt: entry.report.emptiedAt, withdrawnAt: null } }
      : { ...step, visitRequest: { id: entry.id, ...entry.report, withdrawnAt: null } };
  });
  return { ...route, steps };
}
