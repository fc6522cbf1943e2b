"""The bookkeeping of waste: nothing appears, nothing is lost, and overflowing is counted as one would by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulators.evaluation.contents import Contents, Emptyings
from simulators.evaluation.world import HOUR_S, World

NOON_S = 12 * HOUR_S


def even(world: World, *per_hour: float) -> World:
    """The world with each of the first containers filling evenly by so much an hour, and the others not at all."""
    thrown = np.zeros_like(world.thrown_in)
    for row, share in enumerate(per_hour):
        thrown[row] = share * np.arange(thrown.shape[1])
        # From the first simulated midnight on.
        thrown[row] -= thrown[row, round((world.midnights_s[0] - world.first_hour_s) / HOUR_S)]
    return replace(world, thrown_in=thrown)


def test_what_is_thrown_in_is_collected_or_left(world: World) -> None:
    contents, random = Contents(world), np.random.default_rng(1)
    everyone = np.arange(len(world.town.containers))
    at_first = contents.at(everyone, np.full(len(everyone), world.midnights_s[0]))
    collected = 0.0
    for number in range(world.simulated_days):
        rows = np.flatnonzero(random.random(len(everyone)) < 0.3)
        times_s = world.midnights_s[number] + random.uniform(6, 15, len(rows)) * HOUR_S
        day = contents.pass_day(number, Emptyings(rows, times_s))
        assert (day.left <= day.found).all()
        assert (day.left <= 0.03).all()
        collected += float((day.found - day.left).sum())
    ends = np.full(len(everyone), world.midnights_s[-1])
    left = contents.at(everyone, ends)
    begins = np.full(len(everyone), world.midnights_s[0])
    thrown = world.thrown_in_until(everyone, ends) - world.thrown_in_until(everyone, begins)
    assert collected > 1
    assert float((thrown + at_first).sum()) == pytest.approx(collected + float(left.sum()), abs=1e-9)


def test_overflow_counts_from_the_minute_that_it_is_full(world: World) -> None:
    # 5 % an hour: full after 20 h, so 4 h and 0.2 of the capacity on the first day, and then all day long.
    contents = Contents(even(world, 0.05, 0.01))
    first, second = (contents.pass_day(number, Emptyings.none()) for number in (0, 1))
    assert first.overflow_days[:2] == pytest.approx([4 / 24, 0])
    assert first.overflow[:2] == pytest.approx([0.2, 0])
    assert second.overflow_days[:2] == pytest.approx([1, 0])
    assert second.overflow[:2] == pytest.approx([1.2, 0])


def test_an_emptying_takes_along_what_lies_beside_and_ends_the_overflow(world: World) -> None:
    contents = Contents(even(world, 0.1))
    at_s = world.midnights_s[0] + NOON_S + 1800
    day = contents.pass_day(0, Emptyings(np.array([0]), np.array([at_s])))
    # Full at 10:00, emptied at 12:30 with 0.25 beside it, and full again 10 h later less the residue.
    assert day.found == pytest.approx([1.25])
    full_again_h = 12.5 + (1 - day.left[0]) / 0.1
    assert day.overflow_days[0] == pytest.approx((2.5 + 24 - full_again_h) / 24)
    assert day.overflow[0] == pytest.approx(0.25 + 0.1 * (24 - full_again_h))
    rows = np.array([0, 0])
    just = np.array([at_s - 1, at_s + 1])
    assert day.at(even(world, 0.1), rows, just) == pytest.approx([1.25, day.left[0]], abs=1e-3)


def test_the_day_that_the_clocks_change_has_an_hour_less(world: World) -> None:
    number = next(n for n in range(world.simulated_days) if world.day(n).isoformat() == "2026-03-29")
    assert world.midnights_s[number + 1] - world.midnights_s[number] == 23 * HOUR_S
    contents = Contents(even(world, 0.1))
    for before in range(number):
        contents.pass_day(before, Emptyings.none())
    day = contents.pass_day(number, Emptyings.none())
    assert day.overflow_days[0] == pytest.approx(23 / 24)
