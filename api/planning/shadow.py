"""Both worlds of a night: the one that the trucks drive, and the one that the saving is measured against.

In the normal mode Halfvol's plans are driven and the fixed schedule is the other world; in shadow-only mode the fixed
schedule is driven, and Halfvol plans in a world where its own plans were.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from api.planning.country import country_of
from api.planning.inputs import Inputs
from api.planning.to_come import ROUNDS_SINCE, emptyings_to_come, forecasts_after, still_to_come
from domain.containers import Container
from domain.errors import Unavailable
from domain.plans import ESTIMATE, Plan, ReasonCode, Urgency
from domain.saving import ComparedDay, Exclusion, OtherLevel, World
from routing.days import DAYS_AHEAD
from routing.decide import Candidate, Policy
from routing.decide.judging import MOST_FULL
from routing.decide.nights import local_midnight
from routing.decide.rules import Rules
from routing.forecast import DAY_S, Forecast, Outlook
from routing.forecast.together import Together
from routing.forecast.what_if import forecasts_if
from routing.shadow.driving import Driving
from routing.shadow.looking_back import look_back
from routing.shadow.other_world import OtherWorld, rounds_between, scheduled
from storage import plans, shadow
from storage.database import Connection, Database

_log = logging.getLogger(__name__)

LONGEST_PAUSE_DAYS = 7
"""After so many days without a night a shadow of Halfvol begins anew: nobody planned its days."""

FRESH_S = 2 * DAY_S
LEAST_TRUST = 0.5
"""A container has a trusted reading when it is this fresh and its sensor is right at least so often."""

LOOK_BACK_DAYS = 14
"""Days so long ago are still looked back at; before that the readings at hand do not reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Worlds:
    """Both worlds before anything is forecast.

    ``driven``: the real one; ``began_on``: the date when they parted; ``stored``: by container id, where it stood last
    in the other one; ``missed``: those of them that are rounds of nights that nobody planned; ``rounds_s``: by
    container id, when the last round came by while the fixed schedule was driven (epoch seconds); ``coming``: by
    container id, when it will really be emptied before the date, of trucks that are not done (epoch seconds).
    """

    date: dt.date
    policy: Policy
    driven: World
    began_on: dt.date
    stored: Mapping[int, OtherLevel]
    missed: Mapping[int, OtherLevel]
    scheduled: tuple[int, ...]
    rounds_s: Mapping[int, float]
    coming: Mapping[int, float]

    @property
    def since_s(self) -> dict[int, float]:
        """By container id, since when to add up what was thrown in (epoch seconds)."""
        return {container_id: level.at.timestamp() for container_id, level in self.stored.items()}


def part(
    database: Database, inputs: Inputs, date: dt.date, *, policy: Policy, known_at: dt.datetime | None = None
) -> Worlds:
    """Read where the other world stands on the evening before a date.

    ``known_at``: when the date is planned; None: when all that goes before it has been done.
    """
    driven = World.FIXED_SCHEDULE if policy.shadow_only else World.HALFVOL
    owner = inputs.municipality.id
    containers = _by_id(inputs)
    free = _free_days(inputs, policy, date)
    with database.transaction() as connection:
        newest = shadow.newest_before(connection, municipality_id=owner, date=date)
        if newest is not None and _begins_anew(newest, driven, date):
            newest = None
        began_on = date if newest is None else newest.began_on
        stored = shadow.other_levels(connection, municipality_id=owner, world=driven.other, since=began_on, before=date)
        coming: dict[int, float] = {}
        if known_at is not None:
            planned_from = date if driven is World.FIXED_SCHEDULE else began_on
            coming = emptyings_to_come(
                connection, inputs, date=date, known_at=known_at, planned_from=planned_from, free=free
            )
    until = date if driven is World.FIXED_SCHEDULE else began_on
    rounds = rounds_between(containers, inputs.days, after=until - ROUNDS_SINCE, before=until, free=free)
    missed: dict[int, OtherLevel] = {}
    if newest is not None and driven.other is World.FIXED_SCHEDULE:
        between = rounds_between(containers, inputs.days, after=newest.date, before=date, free=free)
        missed = {each: level for each, level in between.items() if each not in stored or stored[each].at < level.at}
    return Worlds(
        date=date,
        policy=policy,
        driven=driven,
        began_on=began_on,
        stored={each: level for each, level in {**stored, **missed}.items() if each in containers},
        missed=missed,
        scheduled=() if date in free else tuple(scheduled(containers, inputs.days, date)),
        rounds_s={each: level.at.timestamp() for each, level in rounds.items()},
        coming=coming,
    )


@dataclass(frozen=True, slots=True, eq=False)
class BothWorlds:
    """Both worlds of a night with their forecasts, by world and container id.

    ``rounds_s``: by container id, emptyings that nobody has seen and the world in which Halfvol plans reckons with:
    of trucks that are not done, and of rounds since which nothing has been heard (epoch seconds).
    """

    worlds: Worlds
    inputs: Inputs
    seen: Outlook
    other: OtherWorld
    forecasts: Mapping[World, Mapping[int, Forecast]]
    rounds_s: Mapping[int, float]

    @property
    def to_plan_with(self) -> Mapping[int, Forecast]:
        """By container id, the forecasts of the world in which Halfvol plans."""
        return self.forecasts[World.HALFVOL]

    def scheduled(self) -> list[Candidate]:
        """What the fixed schedule empties on the date, full or not, with what it holds in the schedule's world."""
        ids = self.worlds.scheduled
        if not ids:
            return []
        containers, forecasts = _by_id(self.inputs), self.forecasts[World.FIXED_SCHEDULE]
        together = Together.of([forecasts[each] for each in ids])
        begins_s = np.full(len(ids), self.inputs.days.begins_at(self.worlds.date).timestamp())
        levels = np.clip(together.quantiles(self.worlds.policy.capacity_quantile, begins_s), 0.0, MOST_FULL)
        return [
            Candidate(
                container_id=each,
                urgency=Urgency.MUST,
                reason=ReasonCode.REQUESTED,
                prize=None,
                kg=math.ceil(level * containers[each].full_mass_kg),
                l=math.ceil(level * containers[each].capacity_l),
                fill_level=mean,
                growth_per_day=forecasts[each].growth_per_day,
                overflow_risk=risk,
                next_chance_s=None,
                due_s=None,
                later_cost=0.0,
                later_s=None,
                last_observed_s=forecasts[each].last_observed_s,
                last_level=forecasts[each].last_level,
            )
            for each, level, mean, risk in zip(
                ids,
                levels.tolist(),
                together.means(begins_s).tolist(),
                together.risks(begins_s + DAY_S).tolist(),
                strict=True,
            )
        ]

    def expected_overflows_on_schedule(self) -> float:
        """How many containers will overflow before trucks leave for their next round, as the sum of their risks, where
        the fixed schedule is driven. Those with a round on the date are emptied then."""
        emptied = frozenset(self.worlds.scheduled)
        left = [each for each in self.inputs.containers if each.id not in emptied]
        if not left:
            return 0.0
        date, days, forecasts = self.worlds.date, self.inputs.days, self.forecasts[World.FIXED_SCHEDULE]
        none_s = local_midnight(date + dt.timedelta(days=DAYS_AHEAD), days).timestamp()
        nexts = {each.fraction: days.next_chance(each.fraction, date) for each in left}
        next_s = {fraction: none_s if chance is None else chance.timestamp() for fraction, chance in nexts.items()}
        together = Together.of([forecasts[each.id] for each in left])
        return float(together.risks(np.array([next_s[each.fraction] for each in left])).sum())


def see(worlds: Worlds, inputs: Inputs, seen: Outlook) -> BothWorlds:
    """Forecast the other world; ``seen`` must have been looked at with the ``since_s`` of ``worlds``."""
    coming = still_to_come(seen, inputs, worlds.coming)
    other = OtherWorld.of(seen, worlds.stored, worlds.date, coming)
    real = {**seen.forecasts, **forecasts_after(seen, coming)}
    forecasts = {worlds.driven: real, worlds.driven.other: forecasts_if(seen, other.now)}
    origin_s = dict(zip(seen.ids.tolist(), seen.basis.origin.origin_s.tolist(), strict=True))
    presumed = {each: at_s for each, at_s in worlds.rounds_s.items() if origin_s.get(each) == at_s}
    # In a world of its own the trucks that really drive empty nothing.
    real_ids = origin_s.keys() if worlds.driven is World.HALFVOL else other.new
    rounds_s = {each: at_s for each, at_s in {**presumed, **coming}.items() if each in real_ids}
    return BothWorlds(worlds, inputs, seen, other, forecasts, rounds_s)


def keep(database: Database, both: BothWorlds, *, plan: Plan | None, fixed_schedule: Driving | None) -> None:
    """Store both sides of the night's date, and where the other world's containers stand after it.

    Storing it again replaces it. What cannot be stored is logged: tomorrow's routes do not wait for it.

    Parameters
    ----------
    plan
        The plan of the date; None: there is none, and the day is stored as excluded.
    fixed_schedule
        None: the checker refused its routes; its containers count as emptied all the same.
    """
    try:
        _keep(database, both, plan=plan, fixed_schedule=fixed_schedule)
    except Unavailable:
        raise
    except Exception:
        _log.exception("the comparison of %s could not be stored; 'halfvol report --fill' does", both.worlds.date)


def _keep(database: Database, both: BothWorlds, *, plan: Plan | None, fixed_schedule: Driving | None) -> None:
    worlds, inputs, seen = both.worlds, both.inputs, both.seen
    halfvol = None if plan is None else Driving.of_plan(plan)
    driving = {World.HALFVOL: halfvol, World.FIXED_SCHEDULE: fixed_schedule}
    begins_s, ends_s = _midnights(inputs, worlds.date)
    containers = _by_id(inputs)
    sides = {
        world: None
        if its is None
        else its.side(
            seen, both.forecasts[world], containers, rates=worlds.policy.rates, begins_s=begins_s, ends_s=ends_s
        )
        for world, its in driving.items()
    }
    problem = None
    if halfvol is None:
        problem = Exclusion.NO_PLAN
    elif fixed_schedule is None:
        problem = Exclusion.ROUTES_REFUSED
    day = ComparedDay(
        municipality_id=inputs.municipality.id,
        date=worlds.date,
        driven=worlds.driven,
        known_at=dt.datetime.fromtimestamp(seen.basis.at_s, dt.UTC),
        plan_id=None if plan is None else plan.id,
        approved=False,
        began_on=worlds.began_on,
        containers=len(inputs.containers),
        settled_share=_settled_share(both),
        trusted_share=_trusted_share(seen),
        estimated=plan is not None and plan.road_source == ESTIMATE,
        halfvol=sides[World.HALFVOL],
        fixed_schedule=sides[World.FIXED_SCHEDULE],
        problem=problem,
    )
    other = driving[worlds.driven.other]
    if other is not None:
        visits_s = other.visits_s
    elif worlds.driven.other is World.FIXED_SCHEDULE:
        visits_s = dict.fromkeys(worlds.scheduled, inputs.days.begins_at(worlds.date).timestamp())
    else:
        visits_s = {}
    levels = [*both.other.after(seen, visits_s), *worlds.missed.values()]
    with database.transaction() as connection:
        shadow.put(connection, day)
        shadow.put_other_levels(
            connection,
            municipality_id=inputs.municipality.id,
            world=worlds.driven.other,
            date=worlds.date,
            levels=levels,
        )


def look_back_at(database: Database, inputs: Inputs, seen: Outlook) -> None:
    """Add to the days that are over what the readings and reports of this night say of them.

    What cannot be told is logged: tomorrow's routes do not wait for it.
    """
    try:
        _look_back_at(database, inputs, seen)
    except Unavailable:
        raise
    except Exception:
        _log.exception("no night has looked back at the last days; the next one will")


def _look_back_at(database: Database, inputs: Inputs, seen: Outlook) -> None:
    known_s, owner = seen.basis.at_s, inputs.municipality.id
    today = dt.datetime.fromtimestamp(known_s, inputs.days.time_zone).date()
    with database.transaction() as connection:
        first, last = today - dt.timedelta(days=LOOK_BACK_DAYS), today - dt.timedelta(days=1)
        for day in shadow.days(connection, municipality_id=owner, first=first, last=last):
            begins_s, ends_s = _midnights(inputs, day.date)
            if day.looked_back is None and ends_s <= known_s:
                found = look_back(
                    _planned_s(connection, inputs, day),
                    seen,
                    inputs.histories,
                    begins_s=begins_s,
                    ends_s=ends_s,
                )
                shadow.look_back(connection, municipality_id=owner, date=day.date, found=found)


def _planned_s(connection: Connection, inputs: Inputs, day: ComparedDay) -> Mapping[int, float]:
    """By container id, when the routes of the world that was driven stop there (epoch seconds)."""
    if day.driven is World.FIXED_SCHEDULE:
        begins_s = inputs.days.begins_at(day.date).timestamp()
        return dict.fromkeys(scheduled(_by_id(inputs), inputs.days, day.date), begins_s)
    plan = plans.latest(connection, municipality_id=inputs.municipality.id, date=day.date)
    return {} if plan is None else Driving.of_plan(plan).visits_s


def _begins_anew(newest: ComparedDay, driven: World, date: dt.date) -> bool:
    """Whether the other world has to part from the real one again."""
    paused = (date - newest.date).days > LONGEST_PAUSE_DAYS and driven is World.FIXED_SCHEDULE
    return newest.driven is not driven or paused


def _settled_share(both: BothWorlds) -> float:
    """Share of the containers that were emptied in Halfvol's world since the worlds parted."""
    worlds = both.worlds
    if worlds.driven is World.FIXED_SCHEDULE:
        return both.other.emptied_share()
    began_s = local_midnight(worlds.began_on, both.inputs.days).timestamp()
    emptied_s = both.seen.basis.origin.emptied_s
    return float((emptied_s >= began_s).mean()) if len(emptied_s) else 1.0


def _trusted_share(seen: Outlook) -> float:
    fresh = seen.basis.origin.last_s >= seen.basis.at_s - FRESH_S
    return float((fresh & (seen.trust >= LEAST_TRUST)).mean()) if len(fresh) else 0.0


def _free_days(inputs: Inputs, policy: Policy, date: dt.date) -> frozenset[dt.date]:
    country = country_of(inputs.municipality.time_zone)
    return Rules.of(policy, (), years=range(date.year - 1, date.year + 1), country=country).free


def _by_id(inputs: Inputs) -> dict[int, Container]:
    return {container.id: container for container in inputs.containers}


def _midnights(inputs: Inputs, date: dt.date) -> tuple[float, float]:
    """When a day begins and ends in the town, epoch seconds."""
    begins = local_midnight(date, inputs.days)
    return begins.timestamp(), local_midnight(date + dt.timedelta(days=1), inputs.days).timestamp()
