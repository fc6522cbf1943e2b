"""The independent checker: recomputes a solution from the problem alone and lists everything that breaks a rule.

It shares no code with the solvers. Where the problem says what is allowed, this module says it a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.plans import StepKind
from routing.problem import UNREACHABLE, DisposalSite, Problem, Stop, Vehicle
from routing.solution import Route, Solution, Step, UnassignedReason


class Rule(StrEnum):
    """What can be wrong with a solution; the comment gives the unit of a violation's amount."""

    UNKNOWN_VEHICLE = "unknown_vehicle"  # 1
    VEHICLE_TWICE = "vehicle_twice"  # routes beyond the first
    ROUTE_SHAPE = "route_shape"  # 1: not from start over stops and sites to end
    WRONG_PLACE = "wrong_place"  # 1: a step's location is not that of its depot, stop or site
    UNKNOWN_STOP = "unknown_stop"  # 1
    UNKNOWN_SITE = "unknown_site"  # 1
    STOP_TWICE = "stop_twice"  # visits beyond the first
    STOP_MISSING = "stop_missing"  # 1: in no route and not among the unassigned
    STOP_CONTRADICTED = "stop_contradicted"  # 1: both visited and unassigned, or unassigned twice
    WRONG_REASON = "wrong_reason"  # 1: the reason given cannot be so
    FRACTION = "fraction"  # 1: the vehicle does not take the stop's fraction
    SKILL = "skill"  # 1: the stop does not allow the vehicle
    CAPACITY_KG = "capacity_kg"  # kg too much
    CAPACITY_L = "capacity_l"  # litres too much
    SITE_REFUSES = "site_refuses"  # fractions aboard that the site does not accept
    NOT_EMPTY = "not_empty"  # kg (or litres, or 1 if neither is known) aboard at the end
    NO_WAY = "no_way"  # 1: the matrix has no way between two steps
    TIME = "time"  # seconds between the stated and the recomputed arrival, or service time
    WINDOW = "window"  # seconds that service begins too early or too late
    SHIFT = "shift"  # seconds outside the shift
    LOAD = "load"  # kg or litres between stated and recomputed load
    DISTANCE = "distance"  # metres between stated and recomputed
    COST = "cost"  # cents between stated and recomputed


@dataclass(frozen=True, slots=True)
class Violation:
    """``place`` names route and step, ``rule`` the rule that is broken, ``amount`` by how much, in the rule's unit."""

    place: str
    rule: Rule
    amount: float = 1

    def __str__(self) -> str:
        return f"{self.place}: {self.rule.value} ({self.amount:g})"


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """List every violation; an empty list means that the solution may be driven."""
    found = _check_vehicles(problem, solution)
    for route in solution.routes:
        found += _RouteCheck(problem, route).run()
    return found + _check_stops(problem, solution) + _check_reasons(problem, solution) + _check_cost(problem, solution)


class _RouteCheck:
    """Follows one route step by step with its own clock, load and odometer."""

    def __init__(self, problem: Problem, route: Route) -> None:
        self._problem = problem
        self._route = route
        self._stops = {stop.id: stop for stop in problem.stops}
        self._sites = {site.id: site for site in problem.disposal_sites}
        self._found: list[Violation] = []
        self._place = f"route of vehicle {route.vehicle_id}"
        self._kg = self._l = self._metres = 0
        self._aboard: set[str] = set()

    def run(self) -> list[Violation]:
        vehicle = next((vehicle for vehicle in self._problem.vehicles if vehicle.id == self._route.vehicle_id), None)
        if vehicle is None:
            return [Violation(self._place, Rule.UNKNOWN_VEHICLE)]
        kinds = [step.kind for step in self._route.steps]
        middle = {StepKind.EMPTYING, StepKind.DISPOSAL}
        if len(kinds) < 2 or kinds[0] != StepKind.START or kinds[-1] != StepKind.END or set(kinds[1:-1]) - middle:
            return [Violation(self._place, Rule.ROUTE_SHAPE)]
        self._follow(vehicle)
        return self._found

    def _add(self, rule: Rule, amount: float = 1) -> None:
        self._found.append(Violation(self._place, rule, amount))

    def _follow(self, vehicle: Vehicle) -> None:
        previous: Step | None = None
        for number, step in enumerate(self._route.steps):
            self._place = f"route of vehicle {vehicle.id}, step {number} ({step.kind.value})"
            if previous is not None:
                self._drive(previous, step)
            service_s = self._serve(vehicle, step)
            if step.service_s != service_s:
                self._add(Rule.TIME, abs(step.service_s - service_s))
            if step.waiting_s < 0:
                self._add(Rule.TIME, -step.waiting_s)
            self._compare_loads(step)
            if step.distance_m != self._metres:
                self._add(Rule.DISTANCE, abs(step.distance_m - self._metres))
            previous = step
        self._check_shift(vehicle)

    def _drive(self, previous: Step, step: Step) -> None:
        size = self._problem.matrix.size
        if not (0 <= previous.location < size and 0 <= step.location < size):
            return  # already told as WRONG_PLACE
        metres = int(self._problem.matrix.distances_m[previous.location, step.location])
        seconds = int(self._problem.matrix.durations_s[previous.location, step.location])
        if UNREACHABLE in (metres, seconds):
            self._add(Rule.NO_WAY)
            return
        self._metres += metres
        arrival_s = previous.arrival_s + previous.waiting_s + previous.service_s + seconds
        if step.arrival_s != arrival_s:
            self._add(Rule.TIME, abs(step.arrival_s - arrival_s))

    def _serve(self, vehicle: Vehicle, step: Step) -> int:
        """Do what happens at a step; returns the seconds that it must take."""
        if step.kind is StepKind.START or step.kind is StepKind.END:
            if step.location != (vehicle.start if step.kind is StepKind.START else vehicle.end):
                self._add(Rule.WRONG_PLACE)
            if step.kind is StepKind.END and self._aboard:
                self._add(Rule.NOT_EMPTY, self._kg or self._l or 1)
            return 0
        if step.kind is StepKind.DISPOSAL:
            site = self._sites.get(step.disposal_site_id) if step.disposal_site_id is not None else None
            if site is None:
                self._add(Rule.UNKNOWN_SITE)
                return step.service_s
            self._dispose(site, step)
            return site.service_s
        stop = self._stops.get(step.stop_id) if step.stop_id is not None else None
        if stop is None:
            self._add(Rule.UNKNOWN_STOP)
            return step.service_s
        self._collect(vehicle, stop, step)
        return stop.service_s

    def _dispose(self, site: DisposalSite, step: Step) -> None:
        if step.location != site.location:
            self._add(Rule.WRONG_PLACE)
        refused = self._aboard - set(site.fractions)
        if refused:
            self._add(Rule.SITE_REFUSES, len(refused))
        self._kg = self._l = 0
        self._aboard = set()

    def _collect(self, vehicle: Vehicle, stop: Stop, step: Step) -> None:
        if step.location != stop.location:
            self._add(Rule.WRONG_PLACE)
        if stop.fraction not in vehicle.fractions:
            self._add(Rule.FRACTION)
        if stop.allowed_vehicles is not None and vehicle.id not in stop.allowed_vehicles:
            self._add(Rule.SKILL)
        self._kg += stop.kg
        self._l += stop.l
        self._aboard.add(stop.fraction)
        if self._kg > vehicle.capacity_kg:
            self._add(Rule.CAPACITY_KG, self._kg - vehicle.capacity_kg)
        if self._l > vehicle.capacity_l:
            self._add(Rule.CAPACITY_L, self._l - vehicle.capacity_l)
        begins_s = step.arrival_s + step.waiting_s
        if stop.time_windows:
            outside_s = min(max(opens - begins_s, begins_s - closes, 0) for opens, closes in stop.time_windows)
            if outside_s:
                self._add(Rule.WINDOW, outside_s)

    def _compare_loads(self, step: Step) -> None:
        for stated, real in ((step.load_kg, self._kg), (step.load_l, self._l)):
            if stated != real:
                self._add(Rule.LOAD, abs(stated - real))

    def _check_shift(self, vehicle: Vehicle) -> None:
        self._place = f"route of vehicle {vehicle.id}"
        early_s = vehicle.starts_s - self._route.steps[0].arrival_s
        last = self._route.steps[-1]
        late_s = last.arrival_s + last.waiting_s - vehicle.ends_s
        for outside_s in (early_s, late_s):
            if outside_s > 0:
                self._add(Rule.SHIFT, outside_s)


def _check_vehicles(problem: Problem, solution: Solution) -> list[Violation]:
    times = Counter(route.vehicle_id for route in solution.routes)
    return [Violation(f"vehicle {v}", Rule.VEHICLE_TWICE, count - 1) for v, count in times.items() if count > 1]


def _check_stops(problem: Problem, solution: Solution) -> list[Violation]:
    visits = Counter(
        step.stop_id for route in solution.routes for step in route.steps if step.kind is StepKind.EMPTYING
    )
    left_out = Counter(unassigned.stop_id for unassigned in solution.unassigned)
    found: list[Violation] = []
    for stop in problem.stops:
        if visits[stop.id] > 1:
            found.append(Violation(f"stop {stop.id}", Rule.STOP_TWICE, visits[stop.id] - 1))
        if not visits[stop.id] and not left_out[stop.id]:
            found.append(Violation(f"stop {stop.id}", Rule.STOP_MISSING))
        if left_out[stop.id] and (visits[stop.id] or left_out[stop.id] > 1):
            found.append(Violation(f"stop {stop.id}", Rule.STOP_CONTRADICTED))
    known = {stop.id for stop in problem.stops}
    return found + [Violation(f"unassigned stop {i}", Rule.UNKNOWN_STOP) for i in sorted(set(left_out) - known)]


def _check_reasons(problem: Problem, solution: Solution) -> list[Violation]:
    """A reason that the problem itself disproves is as wrong as a wrong route."""
    stops = {stop.id: stop for stop in problem.stops}
    return [
        Violation(f"unassigned stop {unassigned.stop_id}", Rule.WRONG_REASON)
        for unassigned in solution.unassigned
        if unassigned.stop_id in stops and _disproved(problem, stops[unassigned.stop_id], unassigned.reason)
    ]


def _disproved(problem: Problem, stop: Stop, reason: UnassignedReason) -> bool:
    takers = [vehicle for vehicle in problem.vehicles if stop.fraction in vehicle.fractions]
    comers = [v for v in takers if stop.allowed_vehicles is None or v.id in stop.allowed_vehicles]
    carriers = [v for v in comers if stop.kg <= v.capacity_kg and stop.l <= v.capacity_l]
    match reason:
        case UnassignedReason.NO_VEHICLE:
            return bool(takers)
        case UnassignedReason.SKILL:
            return not takers or bool(comers)
        case UnassignedReason.CAPACITY:
            return not comers or bool(carriers)
        case UnassignedReason.NOT_WORTH_DETOUR:
            return stop.prize is None or not carriers
        case UnassignedReason.UNREACHABLE:
            return not carriers or any(_has_way(problem, vehicle, stop) for vehicle in carriers)
        case UnassignedReason.TIME:
            return not any(_has_way(problem, vehicle, stop) for vehicle in carriers)


def _has_way(problem: Problem, vehicle: Vehicle, stop: Stop) -> bool:
    seconds = problem.matrix.durations_s
    return seconds[vehicle.start, stop.location] != UNREACHABLE and any(
        seconds[stop.location, site.location] != UNREACHABLE and seconds[site.location, vehicle.end] != UNREACHABLE
        for site in problem.disposal_sites
        if stop.fraction in site.fractions
    )


def _check_cost(problem: Problem, solution: Solution) -> list[Violation]:
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    driven: list[tuple[Vehicle, Route]] = [
        (vehicles[route.vehicle_id], route)
        for route in solution.routes
        if route.vehicle_id in vehicles and len(route.steps) > 1
    ]
    left_out = {unassigned.stop_id for unassigned in solution.unassigned}
    hours: Sequence[float] = [(route.steps[-1].arrival_s - route.steps[0].arrival_s) / 3600 for _, route in driven]
    pairs = (
        ("fixed", solution.cost.fixed, sum(vehicle.fixed_cost for vehicle, _ in driven)),
        (
            "distance",
            solution.cost.distance,
            sum(v.cost_per_km * route.steps[-1].distance_m / 1000 for v, route in driven),
        ),
        (
            "duration",
            solution.cost.duration,
            sum(v.cost_per_hour * hour for (v, _), hour in zip(driven, hours, strict=True)),
        ),
        ("missed_prizes", solution.cost.missed_prizes, sum(s.prize or 0 for s in problem.stops if s.id in left_out)),
    )
    return [
        Violation(f"cost, {name}", Rule.COST, abs(stated - real))
        for name, stated, real in pairs
        if abs(stated - real) > 0.01
    ]
