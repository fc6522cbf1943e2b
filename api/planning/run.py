"""One planning run: load, forecast, decide, solve, check, save."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass

from routing.days import WorkingDays, WorkingVehicle
from api.planning.fixed_schedule import solve_fixed_schedule
from api.planning.inputs import Inputs, load
from api.planning.night import look, remember
from api.planning.routes import build_routes
from api.planning.stops import Places, build, dues, measure
from api.roads.choose import choose
from domain.containers import Container
from domain.errors import HalfvolError, InvalidInput
from domain.plans import FixedSchedule, Plan, PlanStatus, Urgency
from routing.breaks import without_needless_breaks
from routing.check import Violation, check
from routing.decide import Candidate, Due, Policy, conclude, decide
from routing.forecast import Forecast
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

    ``expected_overflows``: how many of the containers left alone will overflow before a truck could come next, as the
    sum of their risks; ``fixed_schedule_expected_overflows``: the same where the fixed schedule is driven instead.
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
        What the municipality wants; default: ``routing.decide.Policy()``.
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
    with stages.of("forecasting", 0.05):
        seen = look(inputs, known_at=known_at)
        remember(database, inputs, seen, known_at=known_at)
        day = _Day.of(inputs, date, forecasts=seen.forecasts, known_at=known_at, policy=policy)
    with stages.of("measuring", 0.1):
        places = measure(inputs, day.containers_to_route(), choose(roads_url, inputs.roads), working=day.working)
        problem = build(inputs, places, day.worth_a_visit(), working=day.working, origin_s=day.origin_s)
    with stages.of("solving", 0.12):
        solution = solve(
            problem, time_limit_s=time_limit_s, seed=SEED, on_progress=stages.within("solving", 0.12, 0.53)
        )
        problem, solution = without_needless_breaks(problem, solution)
        violations = check(problem, solution)
        if violations:
            raise PlanRejected(violations)
    with stages.of("comparing", 0.53):
        scheduled = build(
            inputs, places, day.scheduled(), working=day.working, origin_s=day.origin_s, all_required=True
        )
        fixed_schedule = solve_fixed_schedule(
            scheduled, time_limit_s=time_limit_s, seed=SEED, on_progress=stages.within("comparing", 0.53, 0.95)
        )
    with stages.of("saving", 0.95):
        plan = _plan(inputs, day, places, solution, fixed_schedule)
        with database.transaction() as connection:
            plan = plans.save(connection, plan)
    stages.report("done", 1.0)
    visited = {decision.container_id for decision in plan.decisions if decision.visited}
    return PlanningRun(
        plan=plan,
        violations=tuple(violations),
        expected_overflows=day.expected_overflows(visited),
        fixed_schedule_expected_overflows=day.expected_overflows({each.container_id for each in day.scheduled()}),
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
    """The day to plan: who works, and what the forecast says of every container. ``origin_s``: local midnight."""

    date: datetime.date
    origin_s: float
    round_s: float
    known_s: float
    working: tuple[WorkingVehicle, ...]
    dues: tuple[Due, ...]
    candidates: tuple[Candidate, ...]

    @classmethod
    def of(
        cls,
        inputs: Inputs,
        date: datetime.date,
        *,
        forecasts: Mapping[int, Forecast],
        known_at: datetime.datetime,
        policy: Policy | None,
    ) -> _Day:
        midnight = datetime.datetime.combine(date, datetime.time(), inputs.days.time_zone)
        all_dues = dues(inputs, date, forecasts=forecasts)
        return cls(
            date=date,
            origin_s=midnight.timestamp(),
            round_s=inputs.days.begins_at(date).timestamp(),
            known_s=known_at.timestamp(),
            working=tuple(inputs.days.working(date)),
            dues=tuple(all_dues),
            candidates=tuple(decide(all_dues, policy)),
        )

    def worth_a_visit(self) -> list[Candidate]:
        """The candidates that become stops of the plan."""
        return [candidate for candidate in self.candidates if candidate.urgency is not Urgency.SKIP]

    def scheduled(self) -> list[Candidate]:
        """The candidates that the fixed schedule empties on that day, full or not."""
        on_schedule = {due.container.id for due in self.dues if due.has_round and due.has_vehicle}
        return [candidate for candidate in self.candidates if candidate.container_id in on_schedule]

    def expected_overflows(self, visited: Set[int]) -> float:
        """The risks of the containers that are not visited, added up."""
        return sum(each.overflow_risk for each in self.candidates if each.container_id not in visited)

    def containers_to_route(self) -> Iterator[Container]:
        """The containers of either."""
        wanted = {candidate.container_id for candidate in (*self.worth_a_visit(), *self.scheduled())}
        return (due.container for due in self.dues if due.container.id in wanted)


def _plan(inputs: Inputs, day: _Day, places: Places, solution: Solution, fixed_schedule: FixedSchedule | None) -> Plan:
    routes = build_routes(places, solution, origin_s=day.origin_s)
    return Plan(
        id=None,
        municipality_id=inputs.municipality.id,
        depot_id=_main_depot_id(inputs, day.working),
        date=day.date,
        created_at=datetime.datetime.now(datetime.UTC),
        status=PlanStatus.PROPOSED,
        decisions=conclude(
            day.candidates,
            solution,
            thresholds={container.id: container.fullness_threshold for container in inputs.containers},
            round_s=day.round_s,
            known_s=day.known_s,
            time_zone=inputs.days.time_zone,
        ),
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
