// Turn by turn to each step, loaded once: the way of a saved route does not change.

import { get } from "../shared/http";
import type { Direction, Route, RouteDirections, RouteStep } from "../shared/resources";
import type { Task } from "./progress";

/** The way to a step: what is said on it, and how long it is. */
export interface Way {
  toSequence: number;
  distanceM: number;
  instructions: readonly Direction[];
}

export class Directions {
  private ways: ReadonlyMap<number, Way> | null = null;

  constructor(private readonly routeId: number) {}

  /** Whether there is news. Without a network, or without streets on the server, there are none until a later call. */
  async load(): Promise<boolean> {
    if (this.ways !== null) return false;
    try {
      const { legs } = await get<RouteDirections>(`/v1/routes/${this.routeId}/directions`);
      this.ways = new Map(legs.map((leg) => [leg.toSequence, { ...leg, distanceM: leg.instructions.reduce((sum, each) => sum + each.distanceM, 0) }]));
      return true;
    } catch {
      return false;
    }
  }

  /** The way to a step from where the truck is: known if it stands at the step before, and none where it need not move. */
  to(target: RouteStep, route: Route, all: readonly Task[]): Way | null {
    const open = new Set(all.filter((task) => !task.done).map((task) => task.step.sequence));
    const before = route.steps.filter((step) => step.kind !== "break" && step.sequence < target.sequence).at(-1);
    if (before === undefined || open.has(before.sequence)) return null;
    // The way to a break that is not taken leads to what comes after it at the same place.
    const there = route.steps.filter((step) => step.kind === "break" && open.has(step.sequence) && before.sequence < step.sequence && step.sequence < target.sequence);
    const way = [target, ...there].map((step) => this.ways?.get(step.sequence)).find((each) => each !== undefined);
    return way === undefined || way.distanceM === 0 ? null : way;
  }
}
