"""Emptyings between the moment when a plan is made and the day that it is for: trucks that are out, or will be before.

A plan that is made by day would otherwise send a truck to what today's trucks have yet to empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from api.planning.inputs import Inputs
from domain.containers import Container
from domain.plans import PlanStatus
from routing.decide.nights import local_midnight
from routing.forecast import Forecast, Outlook
from routing.forecast.what_if import WhatIf, forecasts_if
from routing.shadow.driving import Driving
from routing.shadow.other_world import scheduled
from storage import plans
from storage.database import Connection

ROUNDS_SINCE = dt.timedelta(days=29)
"""A fixed schedule comes by every four weeks at least."""


def emptyings_to_come(
    connection: Connection,
    inputs: Inputs,
    *,
    date: dt.date,
    known_at: dt.datetime,
    planned_from: dt.date,
    free: frozenset[dt.date],
) -> dict[int, float]:
    """When each container will be emptied last before a date, by container id (epoch seconds).

    Parameters
    ----------
    planned_from
        From this date on the trucks drive the approved plans, and nothing where there is none; on the days before it
        the rounds of the fixed schedule.
    free
        Dates without any collection.
    """
    found: dict[int, float] = {}
    day = max(known_at.astimezone(inputs.days.time_zone).date(), date - ROUNDS_SINCE)
    while day < date:
        if day >= planned_from:
            found |= _by_plan(connection, inputs, day, known_at)
        elif day not in free:
            found |= _by_rounds(inputs, day, known_at)
        day += dt.timedelta(days=1)
    return found


def still_to_come(seen: Outlook, inputs: Inputs, coming: Mapping[int, float]) -> dict[int, float]:
    """Those of the emptyings to come that have not been seen or reported since the midnight of their day."""
    emptied_s = dict(zip(seen.ids.tolist(), seen.basis.origin.emptied_s.tolist(), strict=True))
    return {
        container_id: at_s
        for container_id, at_s in coming.items()
        if container_id in emptied_s and not emptied_s[container_id] >= _midnight_s(at_s, inputs)
    }


def forecasts_after(seen: Outlook, coming: Mapping[int, float]) -> dict[int, Forecast]:
    """The forecasts of the containers with an emptying to come, from that on; what was measured last stays told."""
    if not coming:
        return {}
    at_s: NDArray[np.float64] = np.array([coming.get(each, seen.basis.at_s) for each in seen.ids.tolist()])
    emptied = forecasts_if(seen, WhatIf.emptied(at_s))
    return {each: replace(emptied[each], last_level=seen.forecasts[each].last_level) for each in coming}


def _by_plan(connection: Connection, inputs: Inputs, day: dt.date, known_at: dt.datetime) -> dict[int, float]:
    ends_at = max((working.ends_at for working in inputs.days.working(day)), default=known_at)
    plan = plans.latest(connection, municipality_id=inputs.municipality.id, date=day)
    if plan is None or plan.status is not PlanStatus.APPROVED or ends_at <= known_at:
        return {}
    known_s = known_at.timestamp()
    return {each: max(at_s, known_s) for each, at_s in Driving.of_plan(plan).visits_s.items()}


def _by_rounds(inputs: Inputs, day: dt.date, known_at: dt.datetime) -> dict[int, float]:
    """In the middle of what is left of the shifts: a round has no times of its own."""
    working = [each for each in inputs.days.working(day) if each.ends_at > known_at]
    containers: dict[int, Container] = {each.id: each for each in inputs.containers}
    found: dict[int, float] = {}
    for container_id in scheduled(containers, inputs.days, day):
        fraction = containers[container_id].fraction
        theirs = [each for each in working if fraction in each.vehicle.fractions]
        if theirs:
            begins_at = max(known_at, min(each.starts_at for each in theirs))
            found[container_id] = (begins_at.timestamp() + max(each.ends_at for each in theirs).timestamp()) / 2
    return found


def _midnight_s(at_s: float, inputs: Inputs) -> float:
    day = dt.datetime.fromtimestamp(at_s, inputs.days.time_zone).date()
    return local_midnight(day, inputs.days).timestamp()
