"""One planning run: load, forecast, decide, solve, check, save."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass

from api.planning import shadow
from api.planning.country import country_of
from api.planning.fixed_schedule import in_figures, solve_fixed_schedule
from api.planning.inputs import Inputs, load, with_open_requests
from api.planning.night import look, remember
from api.planning.routes import build_routes
from api.planning.stops import Places, measure, street_classes, ways
from api.roads.choose import choose
from domain.containers import Container
from domain.errors import HalfvolError, InvalidInput
from domain.plans import FixedSchedule, Plan, PlanStatus, Urgency
from routing.breaks import without_needless_breaks
from routing.check import Violation, check
from routing.days import WorkingDays, WorkingVehicle
from routing.decide import Candidate, Night, Policy, conclude, decide
from routing.decide.day_problem import day_problem
from routing.decide.nights import local_midnight, night
from routing.problem import Problem
from routing.solution import Solution
from routing.solve import solve
from storage import plans
from storage.database import Database
from storage.fleet import Fleet

TIME_LIMIT_S = 5.0
"""How long each of the two searches (plan, fixed schedule) may take, seconds; each uses all processors."""

SEED = 1
"""Of both searches: the same input gives the same search."""

LONGEST_TIME_LIMIT_S = 3600.0

Progress = Callable[[str, float], None]
"""Called with what is being done ("loading", "forecasting", "measuring", "solving", "comparing", "saving", "done")
and the share of the whole run that is behind (0..1, never decreasing)."""


class PlanRejected(HalfvolError):
    """The independent checker found the plan to break rules; it was not saved. A fault of the solver: report it."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        listed = "; ".join(f"{v.place}: {v.rule} ({v.amount:g})" for v in violations[:5])
        more = f"; and {len(violations) - 5} more" if len(violations) > 5 else ""
        super().__init__(
            f"the plan breaks {len(violations)} rule(s) and was not saved: {listed}{more}",
            remedy="plan again; if it happens again, report it with the problem",
        )


@dataclass(frozen=True, slots=True)
class PlanningRun:
    """A saved plan, what the checker found (nothing, or it would not be saved), and the seconds each stage took.

    ``expected_overflows``: how many of the containers left alone will overflow before the next truck comes to them, as
    the sum of their risks; ``fixed_schedule_expected_overflows``: the same before their next rounds, where the fixed
    schedule is driven instead.
    """

    plan: Plan
    violations: tuple[Violation, ...]
    expected_overflows: float
    fixed_schedule_expected_overflows: float
    timings_s: Mapping[str, float]


def make_plan(
    database: Database,
    *,
    municipality_code: str,
    date: datetime.date,
    time_limit_s: float = TIME_LIMIT_S,
    on_progress: Progress | None = None,
    known_at: datetime.datetime | None = None,
    policy: Policy | None = None,
    roads_url: str = "",
) -> Plan:
    """Plan a day and save the plan as a proposal; see :func:`run_planning`."""
    return run_planning(
        database,
        municipality_code=municipality_code,
        date=date,
        time_limit_s=time_limit_s,
        on_progress=on_progress,
        known_at=known_at,
        policy=policy,
        roads_url=roads_url,
    ).plan


def run_planning(
    database: Database,
    *,
    municipality_code: str,
    date: datetime.date,
    time_limit_s: float = TIME_LIMIT_S,
    on_progress: Progress | None = None,
    known_at: datetime.datetime | None = None,
    policy: Policy | None = None,
    roads_url: str = "",
) -> PlanningRun:
    """Plan a day: decide for every container, route the vehicles at work, check, explain, save.

    Parameters
    ----------
    time_limit_s
        For the search of the plan, and as much again for that of the fixed schedule; loading and the rest take a
        second or two on top.
    known_at
        Readings and emptyings after this moment are not looked at; default: now.
    policy
        What the municipality wants; default: what is stored for it.
    roads_url
        The road engine, as ``api.roads.choose`` reads it; default: the streets that were imported.

    Raises
    ------
    NotFound
        When there is no such municipality.
    InvalidInput
        When roads or a depot are missing, a depot or disposal site lies off the streets, or the limit is no limit.
    PlanRejected
        When the independent checker finds violations. Nothing is saved then.
    Unavailable
        When the road engine cannot be reached.
    """
    check_time_limit(time_limit_s)
    stages = _Stages(on_progress)
    known_at = known_at or datetime.datetime.now(datetime.UTC)
    with stages.of("loading", 0.0):
        inputs = load(database, municipality_code, known_at=known_at)
        policy = policy or inputs.policy
        worlds = shadow.part(database, inputs, date, policy=policy, known_at=known_at)
    with stages.of("forecasting", 0.05):
        seen = look(inputs, known_at=known_at, since_s=worlds.since_s, rounds_s=worlds.rounds_s)
        remember(database, inputs, seen, known_at=known_at)
        inputs = with_open_requests(database, inputs, known_at=known_at)
        shadow.look_back_at(database, inputs, seen)
        both = shadow.see(worlds, inputs, seen)
        day = _Day.of(inputs, both, known_at=known_at)
    with stages.of("measuring", 0.1):
        places = measure(inputs, day.containers_to_route(), choose(roads_url, inputs.roads), working=day.working)
        problem = day.problem(inputs, places, day.worth_a_visit())
    with stages.of("solving", 0.12):
        solution = solve(
            problem, time_limit_s=time_limit_s, seed=SEED, on_progress=stages.within("solving", 0.12, 0.53)
        )
        problem, solution = without_needless_breaks(problem, solution)
        violations = check(problem, solution)
        if violations:
            raise PlanRejected(violations)
    with stages.of("comparing", 0.53):
        fixed_schedule = solve_fixed_schedule(
            day.problem(inputs, places, both.scheduled(), all_required=True),
            origin_s=day.origin_s,
            time_limit_s=time_limit_s,
            seed=SEED,
            on_progress=stages.within("comparing", 0.53, 0.95),
        )
    with stages.of("saving", 0.95):
        plan = _plan(inputs, day, places, solution, in_figures(fixed_schedule))
        with database.transaction() as connection:
            plan = plans.save(connection, plan)
        shadow.keep(database, both, plan=plan, fixed_schedule=fixed_schedule)
    stages.report("done", 1.0)
    visited = {decision.container_id for decision in plan.decisions if decision.visited}
    return PlanningRun(
        plan=plan,
        violations=tuple(violations),
        expected_overflows=day.expected_overflows(visited),
        fixed_schedule_expected_overflows=both.expected_overflows_on_schedule(),
        timings_s=stages.timings_s,
    )


def check_time_limit(time_limit_s: float) -> None:
    """Refuse what is no time limit.

    Raises
    ------
    InvalidInput
        When it is not above 0 and at most an hour.
    """
    if not 0 < time_limit_s <= LONGEST_TIME_LIMIT_S:
        raise InvalidInput(f"{time_limit_s} s is no time limit", remedy="choose one above 0 and up to 3600 s")


def next_round_date(fleet: Fleet, after: datetime.date) -> datetime.date:
    """The first date, ``after`` itself included, with a round and a vehicle at work that takes its fraction.

    Raises
    ------
    InvalidInput
        When there is no such date.
    """
    return WorkingDays(fleet.vehicles, fleet.shifts, fleet.rounds, datetime.UTC).next_round_date(after)


@dataclass(frozen=True, slots=True)
class _Day:
    """The day to plan: who works, and what is decided of every container. ``origin_s``: local midnight."""

    date: datetime.date
    policy: Policy
    origin_s: float
    working: tuple[WorkingVehicle, ...]
    night: Night
    candidates: tuple[Candidate, ...]
    street_classes: Mapping[int, str]
    on_schedule: frozenset[int]

    @classmethod
    def of(cls, inputs: Inputs, both: shadow.BothWorlds, *, known_at: datetime.datetime) -> _Day:
        date, policy = both.worlds.date, both.worlds.policy
        working = tuple(inputs.days.working(date))
        depot_id = _main_depot_id(inputs, working)
        classes = street_classes(inputs.roads, inputs.containers, policy)
        its_night = night(
            inputs.containers,
            date,
            days=inputs.days,
            forecasts=both.to_plan_with,
            policy=policy,
            depot=next(depot.position for depot in inputs.depots if depot.id == depot_id),
            known_s=known_at.timestamp(),
            requests=inputs.requests,
            street_classes=classes,
            country=country_of(inputs.municipality.time_zone),
            rounds_s=both.rounds_s,
        )
        return cls(
            date=date,
            policy=policy,
            origin_s=local_midnight(date, inputs.days).timestamp(),
            working=working,
            night=its_night,
            candidates=tuple(decide(its_night, policy)),
            street_classes=classes,
            on_schedule=frozenset(both.worlds.scheduled),
        )

    def problem(
        self, inputs: Inputs, places: Places, candidates: Iterable[Candidate], *, all_required: bool = False
    ) -> Problem:
        """The problem of visiting some of the candidates."""
        return day_problem(
            candidates,
            self.date,
            containers=inputs.containers,
            days=inputs.days,
            depots=inputs.depots,
            disposal_sites=inputs.disposal_sites,
            ways=ways(places),
            policy=self.policy,
            street_classes=self.street_classes,
            all_required=all_required,
        )

    def worth_a_visit(self) -> list[Candidate]:
        """The candidates that become stops of the plan."""
        return [candidate for candidate in self.candidates if candidate.urgency is not Urgency.SKIP]

    def expected_overflows(self, visited: Set[int]) -> float:
        """The risks of the containers that are not visited, added up."""
        return sum(each.overflow_risk for each in self.candidates if each.container_id not in visited)

    def containers_to_route(self) -> Iterator[Container]:
        """The containers of either: only the ways between these are measured."""
        wanted = {candidate.container_id for candidate in self.worth_a_visit()} | self.on_schedule
        return (container for container in self.night.containers if container.id in wanted)


def _plan(inputs: Inputs, day: _Day, places: Places, solution: Solution, fixed_schedule: FixedSchedule | None) -> Plan:
    routes = build_routes(places, solution, origin_s=day.origin_s)
    return Plan(
        id=None,
        municipality_id=inputs.municipality.id,
        depot_id=_main_depot_id(inputs, day.working),
        date=day.date,
        created_at=datetime.datetime.now(datetime.UTC),
        status=PlanStatus.PROPOSED,
        decisions=conclude(day.night, day.candidates, solution, time_zone=inputs.days.time_zone),
        routes=routes,
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        fixed_schedule=fixed_schedule,
        engines=solution.engines,
        road_source=places.roads.name,
    )


def _main_depot_id(inputs: Inputs, working: Sequence[WorkingVehicle]) -> int:
    """The depot that most vehicles leave from; all vehicles of a municipality are planned together."""
    leaving = [w.vehicle.depot_id for w in working]
    return max((depot.id for depot in inputs.depots), key=lambda depot_id: (leaving.count(depot_id), -depot_id))


class _Stages:
    """Tells what is being done and keeps how long each stage took."""

    def __init__(self, on_progress: Progress | None) -> None:
        self._on_progress = on_progress
        self._share = 0.0
        self.timings_s: dict[str, float] = {}

    def report(self, stage: str, share: float) -> None:
        self._share = max(self._share, share)
        if self._on_progress is not None:
            self._on_progress(stage, self._share)

    def within(self, stage: str, start: float, end: float) -> Callable[[float, float | None], None]:
        """What a solver calls with its own share and its best cost."""
        return lambda share, _cost: self.report(stage, start + share * (end - start))

    @contextmanager
    def of(self, stage: str, share: float) -> Iterator[None]:
        self.report(stage, share)
        started = time.monotonic()
        yield
        self.timings_s[stage] = round(time.monotonic() - started, 3)
