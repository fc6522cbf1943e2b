"""Nights that nobody compared, worked out afterwards from what was known then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from api.planning import shadow
from api.planning.fixed_schedule import solve_fixed_schedule
from api.planning.inputs import Inputs, load
from api.planning.night import look
from api.planning.run import SEED, TIME_LIMIT_S, check_time_limit, run_planning
from api.planning.stops import measure, street_classes, ways
from api.roads.choose import choose
from domain.errors import HalfvolError, Unavailable
from routing.days import time_zone
from routing.decide.day_problem import day_problem
from routing.decide.nights import local_midnight
from routing.shadow.driving import Driving
from storage import municipalities, plans
from storage import shadow as stored
from storage.database import Database

EVENING = dt.time(20)
"""A night without a plan is looked at as on the evening before."""

Progress = Callable[[dt.date], None]
"""Called with each date that is about to be worked out."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of the missing nights. ``failed``: why a date could not be worked out."""

    dates: tuple[dt.date, ...]
    failed: tuple[tuple[dt.date, str], ...]


def fill_in(
    database: Database,
    municipality_code: str,
    *,
    first: dt.date,
    last: dt.date,
    now: dt.datetime | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    roads_url: str = "",
    on_progress: Progress | None = None,
) -> Filled:
    """Work out the dates from ``first`` to ``last``, both included, of which nothing is stored, up to today.

    In shadow-only mode each of Halfvol's plans follows from the one before, so that from the first missing date on all
    are made anew; they are driven by nobody. Otherwise the plan that was made then is compared as it is.

    Raises
    ------
    NotFound
        When there is no such municipality.
    InvalidInput
        When the limit is no limit.
    Unavailable
        When the database or the road engine cannot be reached.
    """
    check_time_limit(time_limit_s)
    now = now or dt.datetime.now(dt.UTC)
    with database.transaction() as connection:
        municipality = municipalities.get(connection, municipality_code)
        known = {day.date for day in stored.days(connection, municipality_id=municipality.id, first=first, last=last)}
    zone = time_zone(municipality.time_zone)
    last = min(last, now.astimezone(zone).date())
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    missing = next((date for date in dates if date not in known), None)
    done: list[dt.date] = []
    failed: list[tuple[dt.date, str]] = []
    for date in dates:
        if missing is None or date < missing:
            continue
        evening = dt.datetime.combine(date - dt.timedelta(days=1), EVENING, zone)
        night = _Night(database, municipality_code, date, min(evening, now), time_limit_s, roads_url)
        try:
            if night.work_out(known=date in known, on_progress=on_progress):
                done.append(date)
        except Unavailable:
            raise
        except HalfvolError as error:
            failed.append((date, str(error)))
    _look_back(database, municipality_code, done, now=now)
    return Filled(tuple(done), tuple(failed))


@dataclass(frozen=True, slots=True)
class _Night:
    """The evening before one date."""

    database: Database
    municipality_code: str
    date: dt.date
    evening: dt.datetime
    time_limit_s: float
    roads_url: str

    def work_out(self, *, known: bool, on_progress: Progress | None) -> bool:
        """Compare the date; whether there was anything to compare."""
        inputs = load(self.database, self.municipality_code, known_at=self.evening)
        if not inputs.policy.shadow_only and known:
            return False
        if not inputs.days.working(self.date):
            return False
        if on_progress is not None:
            on_progress(self.date)
        if inputs.policy.shadow_only:
            run_planning(
                self.database,
                municipality_code=self.municipality_code,
                date=self.date,
                time_limit_s=self.time_limit_s,
                known_at=self.evening,
                roads_url=self.roads_url,
            )
            return True
        return self._compare(inputs)

    def _compare(self, inputs: Inputs) -> bool:
        """Compare the plan that was made then, as far as it is there, with the fixed schedule."""
        worlds = shadow.part(self.database, inputs, self.date, policy=inputs.policy)
        with self.database.transaction() as connection:
            plan = plans.latest(connection, municipality_id=inputs.municipality.id, date=self.date)
        if plan is None and not worlds.scheduled:
            return False
        seen = look(inputs, known_at=self.evening, since_s=worlds.since_s, rounds_s=worlds.rounds_s)
        both = shadow.see(worlds, inputs, seen)
        fixed_schedule = None if plan is None else self._drive_schedule(both)
        shadow.keep(self.database, both, plan=plan, fixed_schedule=fixed_schedule)
        return True

    def _drive_schedule(self, both: shadow.BothWorlds) -> Driving | None:
        inputs, policy = both.inputs, both.worlds.policy
        ids = frozenset(both.worlds.scheduled)
        places = measure(
            inputs,
            (container for container in inputs.containers if container.id in ids),
            choose(self.roads_url, inputs.roads),
            working=inputs.days.working(self.date),
        )
        problem = day_problem(
            both.scheduled(),
            self.date,
            containers=inputs.containers,
            days=inputs.days,
            depots=inputs.depots,
            disposal_sites=inputs.disposal_sites,
            ways=ways(places),
            policy=policy,
            street_classes=street_classes(inputs.roads, inputs.containers, policy),
            all_required=True,
        )
        return solve_fixed_schedule(
            problem,
            origin_s=local_midnight(self.date, inputs.days).timestamp(),
            time_limit_s=self.time_limit_s,
            seed=SEED,
        )


def _look_back(database: Database, municipality_code: str, dates: list[dt.date], *, now: dt.datetime) -> None:
    """Look back at the dates, the newest first: each look reaches back over several."""
    for date in reversed(dates):
        with database.transaction() as connection:
            municipality = municipalities.get(connection, municipality_code)
            (day,) = stored.days(connection, municipality_id=municipality.id, first=date, last=date) or [None]
        if day is None or day.looked_back is not None:
            continue
        zone = time_zone(municipality.time_zone)
        over = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), zone)
        if over > now:
            continue
        known_at = min(now, over + dt.timedelta(days=1))
        inputs = load(database, municipality_code, known_at=known_at)
        shadow.look_back_at(database, inputs, look(inputs, known_at=known_at))
