// The API's resources as the pages read them. The server's /v1/openapi.json says the same.

export type Fraction = "residual" | "paper" | "glass" | "plastics" | "organic" | "textile";
export type PlanStatus = "proposed" | "approved" | "rejected";

export interface Decision {
  planId: number;
  planDate: string;
  visited: boolean;
  urgency: "must" | "may" | "skip";
  reason: string;
  explanation: string;
  fillLevel: number | null;
  growthPerDay: number | null;
  overflowRisk: number | null;
  nextChanceAt: string | null;
  lastObservedAt: string | null;
  lastFillLevel: number | null;
  routeId: number | null;
  sequence: number | null;
}

export interface ContainerProperties {
  code: string;
  siteId: number;
  fraction: Fraction;
  address: string;
  capacityL: number;
  fullnessThreshold: number;
  fillLevel: number | null;
  observedAt: string | null;
  quality: string | null;
  stale: boolean;
  sensorDeviceId: string | null;
  sensorHealth: string | null;
  sensorHealthSinceAt: string | null;
  sensorTrust: number | null;
  lastEmptiedAt: string | null;
  missedPickupAt: string | null;
  decision: Decision | null;
}

export interface ContainerFeature {
  type: "Feature";
  id: number;
  geometry: { type: "Point"; coordinates: [number, number] };
  properties: ContainerProperties;
}

export interface ContainerCollection {
  type: "FeatureCollection";
  features: ContainerFeature[];
}

export interface Observation {
  phenomenonAt: string;
  result: number;
  quality: string;
  /** What it probably was; null: as measured. */
  cleanedResult: number | null;
}

export interface JudgedEmptying {
  containerId: number;
  beginsAt: string;
  endsAt: string;
  verdict: "confirmed" | "missed" | "unseen" | "unreported";
  confidence: number;
  levelBefore: number | null;
  levelAfter: number | null;
  reportedAt: string | null;
  emptyingId: string | null;
}

export interface Totals {
  stops: number;
  routes: number;
  distanceM: number;
  durationS: number;
}

export interface PlanSummary extends Totals {
  id: number;
  date: string;
  createdAt: string;
  status: PlanStatus;
  containers: number;
  skipped: number;
  reasons: { reason: string; visited: boolean; label: string; containers: number }[];
  fixedSchedule: Totals | null;
  engines: string;
  roadSource: string;
  shadow: boolean;
  distancesEstimated: boolean;
}

export interface LineString {
  type: "LineString";
  coordinates: [number, number][];
}

export interface RouteSummary {
  id: number;
  planId: number;
  planDate: string;
  planStatus: PlanStatus;
  planSuperseded: boolean;
  vehicle: { id: number; name: string };
  startsAt: string;
  endsAt: string;
  distanceM: number;
  durationS: number;
  stops: number;
  disposals: number;
  geometry: LineString;
}

export interface Emptying {
  id: string;
  containerId: number;
  emptiedAt: string;
  reportedAt: string;
  observedFillLevel: number | null;
  routeId: number | null;
  withdrawnAt: string | null;
}

export interface VisitRequest {
  id: string;
  containerId: number;
  kind: "complaint" | "driver" | "operator";
  requestedAt: string;
  note: string;
  routeId: number | null;
  withdrawnAt: string | null;
}

export interface RouteStep {
  sequence: number;
  kind: "start" | "emptying" | "disposal" | "break" | "end";
  position: { type: "Point"; coordinates: [number, number] };
  arrivesAt: string;
  serviceS: number;
  loadKg: number;
  loadL: number;
  distanceM: number;
  name: string;
  container: {
    id: number;
    code: string;
    fraction: Fraction;
    address: string;
    capacityL: number;
    expectedFillLevel: number | null;
    reason: string | null;
    explanation: string | null;
  } | null;
  emptying: Emptying | null;
  /** What a driver asked for that day. */
  visitRequest: VisitRequest | null;
}

export interface Route extends RouteSummary {
  readAt: string;
  steps: RouteStep[];
}

export interface Direction {
  maneuver: string;
  street: string;
  distanceM: number;
  text: string;
}

export interface RouteDirections {
  legs: { toSequence: number; instructions: Direction[] }[];
}

export interface PlanningJob {
  id: number;
  date: string;
  status: "waiting" | "running" | "succeeded" | "failed";
  timeLimitS: number;
  stage: string | null;
  share: number | null;
  problem: string | null;
}
