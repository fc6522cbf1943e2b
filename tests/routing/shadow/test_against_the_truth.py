"""Weeks of nights in which both worlds are known: what is worked out of the other one is what really happened in it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.saving import OtherLevel
from routing.forecast import DAY_S, FillHistory, outlook
from routing.forecast.what_if import forecasts_if
from routing.shadow.other_world import OtherWorld
from routing.shadow.overflow import expected_overflow
from tests.routing.trust.series import BEGIN_S, hourly

CONTAINERS, DAYS, PARTED = 12, 70, 28
"""Both worlds are one for four weeks, and part for six."""

EVENING, ROUND = 20, 9
"""Hours of the night's look and of the rounds."""


def both_worlds() -> tuple[NDArray[np.float64], NDArray[np.float64], list[dict[int, int]]]:
    """Levels by the hour with emptyings as needed and on a schedule, (C, 24 * DAYS) each, from the same waste; and
    the scheduled emptyings of each day, container to hour."""
    random = np.random.default_rng(5)
    rates = random.lognormal(np.log(0.07), 0.6, CONTAINERS)
    waste = random.gamma(0.5, rates[:, None] / 12, size=(CONTAINERS, 24 * DAYS))
    needed, scheduled = np.empty_like(waste), np.empty_like(waste)
    rounds: list[dict[int, int]] = [{} for _ in range(DAYS)]
    for c in range(CONTAINERS):
        mine = other = 0.3
        for n in range(24 * DAYS):
            day, hour = divmod(n, 24)
            mine, other = mine + waste[c, n], other + waste[c, n]
            if hour == ROUND and mine > 0.7:
                mine = 0.02
            if day < PARTED:
                other = mine
            elif hour == ROUND and day % 7 == c % 7:
                other = 0.02
                rounds[day][c] = n
            needed[c, n], scheduled[c, n] = mine, other
    return needed, scheduled, rounds


def test_six_weeks_of_nights() -> None:
    needed, scheduled, rounds = both_worlds()
    random = np.random.default_rng(6)
    readings = needed + random.normal(0, 0.01, needed.shape)
    # A quarter of the containers is silent for a week, one for good.
    heard = np.ones(needed.shape, dtype=bool)
    heard[:3, 24 * 40 : 24 * 47] = False
    heard[3, 24 * 45 :] = False
    stored: dict[int, OtherLevel] = {}
    errors: list[NDArray[np.float64]] = []
    sds: list[NDArray[np.float64]] = []
    expected = happened = 0.0
    for day in range(PARTED, DAYS - 1):
        now = 24 * day + EVENING
        date = datetime.fromtimestamp(BEGIN_S + (day + 1) * DAY_S, UTC).date()
        known = {
            c: FillHistory(
                hourly(readings[c])[:now][heard[c, :now]],
                readings[c, :now][heard[c, :now]],
                np.ones(int(heard[c, :now].sum()), dtype=bool),
            )
            for c in range(CONTAINERS)
        }
        seen = outlook(
            known,
            fractions=dict.fromkeys(known, Fraction.PAPER),
            at_s=BEGIN_S + 3600.0 * now,
            since_s={c: each.at.timestamp() for c, each in stored.items()},
        )
        world = OtherWorld.of(seen, stored, date)
        visits_s = {c: BEGIN_S + 3600.0 * n for c, n in rounds[day + 1].items()}
        if day > PARTED + 7:
            there = world.now.at_s > BEGIN_S + 3600.0 * (now - 6)
            errors.append((world.now.level - scheduled[:, now - 1])[there])
            sds.append(world.now.level_sd[there])
            overflow = expected_overflow(
                seen,
                forecasts_if(seen, world.now),
                visits_s,
                begins_s=BEGIN_S + (day + 1) * DAY_S,
                ends_s=BEGIN_S + (day + 2) * DAY_S,
            )
            expected += overflow.days
            happened += float((scheduled[:, 24 * (day + 1) : 24 * (day + 2)] > 1.0).mean(axis=1).sum())
        stored |= {each.container_id: each for each in world.after(seen, visits_s)}
    error, sd = np.concatenate(errors), np.concatenate(sds)
    assert len(error) > 300
    assert abs(error.mean()) < 0.005, "no drift from night to night"
    assert np.abs(error).mean() < 0.025
    assert (np.abs(error) < 1.96 * sd).mean() > 0.9
    assert happened > 5, "the schedule is too thin for some of them"
    assert 0.85 < expected / happened < 1.15, "what is expected to overflow there does"
