"""How far each truck has come: from its planned route, the time, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.amounts import Amount
from routing.problem import UNREACHABLE, Problem, Vehicle, Visit
from routing.replanning.situation import REST, DoneVisit, Situation, TruckState
from routing.solution import Load, Route, Solution, Step

_VISITS = (StepKind.EMPTYING, StepKind.DISPOSAL)


@dataclass(frozen=True, slots=True)
class Progress:
    """One truck at the moment from which it can be planned anew.

    Parameters
    ----------
    vehicle
        As in the problem.
    driven
        The steps so far, the start first; empty while it is still in the yard.
    location, free_s
        Where and when it is free.
    aboard
        Its load.
    driven_s
        Driving since the last rest.
    trips
        Runs of emptyings that a disposal has ended.
    home
        Back at its end, its planned route driven.
    broken_down
        Out of the plan.
    next_visits
        What the plan had for it next, without breaks.
    locked
        How many of those stay.
    """

    vehicle: Vehicle
    driven: tuple[Step, ...]
    location: int
    free_s: int
    aboard: tuple[Amount, ...]
    driven_s: int
    trips: int
    home: bool
    broken_down: bool
    next_visits: tuple[Visit, ...]
    locked: int

    @property
    def out(self) -> bool:
        """Whether it has left the yard."""
        return bool(self.driven)

    @property
    def stops(self) -> frozenset[int]:
        """Ids of the stops that it served."""
        return frozenset(step.stop_id for step in self.driven if step.stop_id is not None)

    @property
    def breaks(self) -> frozenset[int]:
        """Ids of the breaks that it had."""
        return frozenset(step.break_id for step in self.driven if step.break_id is not None)


def progress_of(problem: Problem, solution: Solution, situation: Situation) -> tuple[Progress, ...]:
    """How far all vehicles have come, in the problem's order.

    Raises
    ------
    InvalidInput
        When the situation names a vehicle, stop, site or break that does not exist, or a stop that was served twice.
    """
    states = {state.vehicle_id: state for state in situation.trucks}
    unknown = sorted(states.keys() - {vehicle.id for vehicle in problem.vehicles})
    if unknown:
        raise InvalidInput("there is no such vehicle in the problem", where=f"vehicle {unknown[0]}")
    routes = {route.vehicle_id: route for route in solution.routes}
    told = {
        visit.id: state.vehicle_id
        for state in situation.trucks
        for visit in state.done or ()
        if visit.kind is StepKind.EMPTYING
    }
    found = tuple(
        _Follower(
            problem,
            vehicle,
            routes.get(vehicle.id),
            states.get(vehicle.id, TruckState(vehicle.id)),
            frozenset(stop for stop, server in told.items() if server != vehicle.id),
        ).follow(situation.now_s)
        for vehicle in problem.vehicles
    )
    served: set[int] = set()
    for progress in found:
        twice = sorted(served & progress.stops)
        if twice:
            raise InvalidInput(
                f"serves stop {twice[0]}, which another vehicle has served too", where=f"vehicle {progress.vehicle.id}"
            )
        served |= progress.stops
    return found


class _Follower:
    """Follows one truck along its plan as far as it has come."""

    def __init__(
        self, problem: Problem, vehicle: Vehicle, route: Route | None, state: TruckState, elsewhere: frozenset[int]
    ) -> None:
        # Stops that other trucks are said to have served: this one has not, whatever its plan says.
        self._elsewhere = elsewhere
        self._where = f"vehicle {vehicle.id}"
        self._vehicle = vehicle
        self._route = route
        self._state = state
        self._stops = {stop.id: stop for stop in problem.stops}
        self._sites = {site.id: site for site in problem.disposal_sites}
        self._breaks = {each.id: each for each in vehicle.breaks}
        self._matrix = problem.matrix_of(vehicle)
        self._aboard: dict[Fraction, list[int]] = {a.fraction: [a.kg, a.l] for a in vehicle.initial_load}
        self._steps: list[Step] = []
        self._driven_s = vehicle.driving_rule.driven_s if vehicle.driving_rule else 0
        self._trips = 0
        self._collecting = False

    def follow(self, now_s: int) -> Progress:
        planned = self._route.steps if self._route else ()
        home = False
        done = self._as_planned(now_s) if self._state.done is None else list(self._state.done)
        left = self._state.done is None and bool(planned) and planned[0].departs_s <= now_s
        if done or left or self._state.location not in (None, self._vehicle.start):
            begins_s = planned[0].arrival_s if planned else self._vehicle.starts_s
            self._step(StepKind.START, self._vehicle.start, min(begins_s, now_s), 0, 0)
        for visit in done:
            self._do(visit)
        after = self._next_visits({(visit.kind, visit.id) for visit in done})
        free_s, location = now_s, self._vehicle.start
        if self._steps:
            location = self._steps[-1].location
            free_s = max(now_s, self._steps[-1].departs_s)
        ending = planned[-1] if planned else None
        if self._state.done is None and ending and self._steps and not after and not self._state.broken_down:
            # On its way home, or there already.
            home = ending.arrival_s <= now_s
            self._drive_to(ending.location)
            location, free_s = ending.location, max(now_s, ending.arrival_s)
        if self._state.location is not None:
            if location != self._state.location:
                self._drive_to(self._state.location)
            location = self._state.location
        if self._state.free_s is not None:
            free_s = max(now_s, self._state.free_s)
        elif not self._steps:
            free_s = max(now_s, self._vehicle.starts_s)
        driven_s = self._driven_s if self._state.driven_s is None else self._state.driven_s
        return Progress(
            self._vehicle,
            tuple(self._steps),
            location,
            free_s,
            self._load() if self._state.load is None else self._state.load,
            driven_s,
            self._trips,
            home,
            self._state.broken_down,
            after,
            self._state.locked,
        )

    def _as_planned(self, now_s: int) -> list[DoneVisit]:
        """What the plan has ended by now, and what the truck is driving to or busy with, unless it has broken down."""
        found: list[DoneVisit] = []
        before_s: int | None = None
        for step in self._route.steps if self._route else ():
            busy = before_s is not None and before_s <= now_s and not self._state.broken_down
            before_s = step.departs_s
            if step.kind in (StepKind.START, StepKind.END) or step.stop_id in self._elsewhere:
                continue
            if step.departs_s > now_s and not busy:
                break
            identifier = _id_of(step)
            found.append(DoneVisit(step.kind, REST if identifier is None else identifier, step.departs_s))
        return found

    def _next_visits(self, done: set[tuple[StepKind, int]]) -> tuple[Visit, ...]:
        """The planned visits behind the last one done, without breaks and without stops done out of turn."""
        steps = [step for step in (self._route.steps if self._route else ()) if step.kind in _VISITS]
        disposals = sum(step.kind is StepKind.DISPOSAL for step in self._steps)
        found: list[Visit] = []
        for step in steps:
            identifier = _id_of(step)
            if step.kind is StepKind.DISPOSAL and disposals:
                disposals -= 1
            elif identifier is not None and not (step.kind is StepKind.EMPTYING and (step.kind, identifier) in done):
                found.append(Visit(step.kind, identifier))
        return tuple(found)

    def _do(self, visit: DoneVisit) -> None:
        departed_s = visit.departed_s
        if departed_s is None:
            # A site may be planned several times: the n-th visit done is the n-th planned.
            earlier = sum((step.kind, _id_of(step)) == (visit.kind, visit.id) for step in self._steps)
            steps = self._route.steps if self._route else ()
            planned = [step for step in steps if (step.kind, _id_of(step)) == (visit.kind, visit.id)]
            departed_s = planned[earlier].departs_s if earlier < len(planned) else None
        match visit.kind:
            case StepKind.EMPTYING:
                self._empty(visit, departed_s)
            case StepKind.DISPOSAL:
                self._dispose(visit, departed_s)
            case _:
                self._rest(visit, departed_s)

    def _empty(self, visit: DoneVisit, departed_s: int | None) -> None:
        stop = self._stops.get(visit.id)
        if stop is None:
            raise InvalidInput(f"is done with stop {visit.id}, which does not exist", where=self._where)
        if any(step.stop_id == visit.id for step in self._steps):
            raise InvalidInput(f"is done with stop {visit.id} twice", where=self._where)
        amounts = stop.amounts if visit.amounts is None else visit.amounts
        for amount in amounts:
            if self._vehicle.compartment_of(amount.fraction) is None:
                raise InvalidInput(
                    f"has taken {amount.fraction} at stop {visit.id}, for which it has no compartment",
                    where=self._where,
                )
            load = self._aboard.setdefault(amount.fraction, [0, 0])
            load[0] += amount.kg
            load[1] += amount.l
        self._collecting = True
        setup_s = 0 if self._steps and self._steps[-1].location == stop.location else stop.setup_s
        self._step(visit.kind, stop.location, departed_s, setup_s, stop.service_s, stop_id=visit.id)

    def _dispose(self, visit: DoneVisit, departed_s: int | None) -> None:
        site = self._sites.get(visit.id)
        if site is None:
            raise InvalidInput(f"is done with disposal site {visit.id}, which does not exist", where=self._where)
        for compartment in self._vehicle.compartments:
            held = {fraction for fraction in compartment.fractions if fraction in self._aboard}
            if held <= site.fractions:
                for fraction in held:
                    del self._aboard[fraction]
        self._trips += self._collecting
        self._collecting = False
        self._step(visit.kind, site.location, departed_s, 0, site.service_s, disposal_site_id=visit.id)

    def _rest(self, visit: DoneVisit, departed_s: int | None) -> None:
        rule = self._vehicle.driving_rule
        own = self._breaks.get(visit.id)
        if own is None and not (visit.id == REST and rule is not None):
            raise InvalidInput(f"is done with break {visit.id}, which it does not have", where=self._where)
        if own is not None and any(step.break_id == visit.id for step in self._steps):
            raise InvalidInput(f"is done with break {visit.id} twice", where=self._where)
        length_s = own.duration_s if own is not None else rule.rest_s if rule is not None else 0
        location = self._steps[-1].location if self._steps else self._vehicle.start
        self._step(visit.kind, location, departed_s, 0, length_s, break_id=None if own is None else visit.id)
        if rule is not None and length_s >= rule.rest_s:
            self._driven_s = 0

    def _step(
        self,
        kind: StepKind,
        location: int,
        departed_s: int | None,
        setup_s: int,
        service_s: int,
        *,
        stop_id: int | None = None,
        disposal_site_id: int | None = None,
        break_id: int | None = None,
    ) -> None:
        """Add a step that ended when it is said to have; what is left between driving and service was waiting."""
        before = self._steps[-1] if self._steps else None
        metres = seconds = 0
        if before is not None and before.location != location:
            metres, seconds = self._leg(before.location, location)
        arrival_s = departed_s or 0
        waiting_s = 0
        if before is not None:
            arrival_s = before.departs_s + seconds
            ended_s = arrival_s + setup_s + service_s
            if departed_s is not None:
                # Earlier than the matrix allows: the truck was faster, and the arrival is what service leaves of it.
                waiting_s = max(0, departed_s - ended_s)
                arrival_s = max(before.departs_s, min(arrival_s, departed_s - setup_s - service_s))
                service_s = min(service_s, max(0, departed_s - arrival_s - setup_s))
            self._driven_s += seconds
        self._steps.append(
            Step(
                kind,
                location,
                arrival_s,
                waiting_s,
                service_s,
                self._loads(),
                (before.distance_m if before else 0) + metres,
                setup_s=setup_s,
                stop_id=stop_id,
                disposal_site_id=disposal_site_id,
                break_id=break_id,
            )
        )

    def _drive_to(self, location: int) -> None:
        """Count the driving to where it is free; there is no step for it."""
        if self._steps and self._steps[-1].location != location:
            self._driven_s += self._leg(self._steps[-1].location, location)[1]

    def _leg(self, origin: int, destination: int) -> tuple[int, int]:
        if not 0 <= destination < self._matrix.size:
            raise InvalidInput(f"location {destination} is outside the matrix", where=self._where)
        metres = int(self._matrix.distances_m[origin, destination])
        return (0, 0) if metres == UNREACHABLE else (metres, int(self._matrix.durations_s[origin, destination]))

    def _load(self) -> tuple[Amount, ...]:
        return tuple(Amount(fraction, kg, litres) for fraction, (kg, litres) in sorted(self._aboard.items()))

    def _loads(self) -> tuple[Load, ...]:
        return tuple(_load_of(self._aboard, compartment.fractions) for compartment in self._vehicle.compartments)


def _load_of(aboard: dict[Fraction, list[int]], fractions: Iterable[Fraction]) -> Load:
    held: Sequence[list[int]] = [aboard[fraction] for fraction in fractions if fraction in aboard]
    return Load(sum(kg for kg, _ in held), sum(litres for _, litres in held))


def _id_of(step: Step) -> int | None:
    match step.kind:
        case StepKind.EMPTYING:
            return step.stop_id
        case StepKind.DISPOSAL:
            return step.disposal_site_id
        case StepKind.BREAK:
            return step.break_id
        case _:
            return None
