// What the operator's page knows, and who wants to hear of changes.

import type { ContainerFeature, Fraction, PlanSummary, RouteSummary, VisitRequest } from "../shared/resources";
import { concern } from "./attention";

export type Show = "all" | "visited" | "skipped" | "doubtful" | "full" | "attention";

export interface State {
  date: string;
  /** undefined: not asked yet; null: there is no plan of that date. */
  plan: PlanSummary | null | undefined;
  routes: RouteSummary[];
  containers: ContainerFeature[];
  /** Those that are open. */
  visitRequests: VisitRequest[];
  /** When fill levels last came in, by this computer's clock. */
  updatedAt: Date | null;
  /** Why the newest refresh failed, or null. */
  failure: string | null;
  fractions: ReadonlySet<Fraction>;
  show: Show;
  query: string;
  selectedContainer: number | null;
  selectedRoute: number | null;
}

export class Store {
  private listeners: ((state: State, changed: ReadonlySet<keyof State>) => void)[] = [];

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  set(change: Partial<State>): void {
    const changed = new Set((Object.keys(change) as (keyof State)[]).filter((key) => this.current[key] !== change[key]));
    if (changed.size === 0) return;
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener(this.current, changed);
  }

  /** Calls the listener now, and whenever one of these parts changes. */
  watch(keys: readonly (keyof State)[], listener: (state: State) => void): void {
    this.listeners.push((state, changed) => {
      if (keys.some((key) => changed.has(key))) listener(state);
    });
    listener(this.current);
  }
}

/** Whether the newest reading can be relied on: good, doubtful (suspect or old), or none at all. */
export function trust(container: ContainerFeature): "good" | "doubtful" | "none" {
  const { fillLevel, quality, stale } = container.properties;
  if (fillLevel === null) return "none";
  return quality === "good" && !stale ? "good" : "doubtful";
}

export function isShown(container: ContainerFeature, state: State): boolean {
  const { fraction, decision, code, address, fillLevel, fullnessThreshold } = container.properties;
  if (!state.fractions.has(fraction)) return false;
  if (state.show === "visited" && decision?.visited !== true) return false;
  if (state.show === "skipped" && decision?.visited !== false) return false;
  if (state.show === "doubtful" && trust(container) === "good") return false;
  if (state.show === "attention" && concern(container) === null) return false;
  if (state.show === "full" && (fillLevel ?? 0) < fullnessThreshold) return false;
  const query = state.query.trim().toLocaleLowerCase();
  return query === "" || code.toLocaleLowerCase().includes(query) || address.toLocaleLowerCase().includes(query);
}
