"""When the containers of the simulated town are emptied: on the fixed schedule's rounds, and as drivers report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from simulators import chance
from simulators.town import Town

FIRST_STOP_H = 7.0
LAST_STOP_H = 14.0
"""Rounds last from 7 to 14 h local time."""
JITTER_S = 900.0
"""A truck comes up to a quarter of an hour earlier or later than on average."""


@dataclass(frozen=True, slots=True)
class TownEmptying:
    """A container of the town (``Container.id``) was emptied at an aware time."""

    container_id: int
    emptied_at: datetime


@dataclass(frozen=True, eq=False)
class EmptyingTimes:
    """Emptyings as two arrays of equal length, sorted by container and then by time.

    ``rows`` are int64 positions in ``Town.containers``, ``times_s`` float64 seconds since 1970.
    """

    rows: NDArray[np.int64]
    times_s: NDArray[np.float64]


def emptying_times(
    town: Town, *, start: datetime, end: datetime, until: datetime | None, reported: Iterable[TownEmptying]
) -> EmptyingTimes:
    """All emptyings from ``start`` (inclusive) to ``end`` (exclusive).

    Parameters
    ----------
    until
        When the fixed schedule ended and only reported emptyings count; None = it is still in force.
    reported
        Emptyings in addition to the schedule's.
    """
    rows, times_s = _scheduled(town, start.astimezone(town.time_zone).date(), end.astimezone(town.time_zone).date())
    if until is not None:
        held = times_s < until.timestamp()
        rows, times_s = rows[held], times_s[held]
    extra = list(reported)
    rows = np.concatenate([rows, np.array([emptying.container_id - 1 for emptying in extra], dtype=np.int64)])
    times_s = np.concatenate([times_s, np.array([emptying.emptied_at.timestamp() for emptying in extra])])
    inside = (times_s >= start.timestamp()) & (times_s < end.timestamp())
    rows, times_s = rows[inside], times_s[inside]
    order = np.lexsort((times_s, rows))
    return EmptyingTimes(rows[order], times_s[order])


def _scheduled(town: Town, first: date, last: date) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    shares = _place_in_round(town)
    weekdays: dict[int, NDArray[np.int64]] = {}
    for weekday in range(1, 8):
        fractions = {held.fraction for held in town.rounds if held.weekday == weekday}
        members = [i for i, container in enumerate(town.containers) if container.fraction in fractions]
        weekdays[weekday] = np.array(members, dtype=np.int64)
    rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    times: list[NDArray[np.float64]] = [np.empty(0)]
    for day in range(first.toordinal(), last.toordinal() + 1):
        today = date.fromordinal(day)
        members = weekdays[today.isoweekday()]
        if not len(members):
            continue
        opens = datetime.combine(today, time(0), tzinfo=town.time_zone) + timedelta(hours=FIRST_STOP_H)
        jitter = (2 * chance.uniform(town.seed, "emptying time", members, day) - 1) * JITTER_S
        rows.append(members)
        times.append(opens.timestamp() + shares[members] * (LAST_STOP_H - FIRST_STOP_H) * 3600 + jitter)
    return np.concatenate(rows), np.concatenate(times)


def _place_in_round(town: Town) -> NDArray[np.float64]:
    """Where in its fraction's round each container comes, 0..1: in the order of the angle around the depot."""
    depot = town.depots[0].position
    angles = np.array(
        [
            np.arctan2(container.position.lat - depot.lat, (container.position.lon - depot.lon) * 0.5)
            for container in town.containers
        ]
    )
    shares = np.zeros(len(town.containers))
    for fraction in {container.fraction for container in town.containers}:
        members = np.array([i for i, container in enumerate(town.containers) if container.fraction is fraction])
        ranks = np.argsort(np.argsort(angles[members], kind="stable"), kind="stable")
        shares[members] = (ranks + 0.5) / len(members)
    return shares
