"""Emptyings of containers that held little, and what only looks like one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from routing.trust.judge import judge
from routing.trust.judged import Judged
from tests.routing.trust.series import BEGIN_S, HOUR_S, table

NOISE = 0.009


def weekly(
    before: float, *, after: float = 0.01, noise: float = NOISE, days: int = 42, seed: int = 0
) -> NDArray[np.float64]:
    """Hourly levels that rise evenly from ``after`` to ``before`` and are emptied every seventh day at noon."""
    hours = np.arange(24 * days)
    share = ((hours - 12) % (7 * 24)) / (7 * 24)
    return after + (before - after) * share + np.random.default_rng(seed).normal(0, noise, len(hours))


def emptied_h(judged: Judged) -> NDArray[np.int64]:
    """Hours from the beginning to each emptying that was seen."""
    return np.round((judged.seen.until_s - BEGIN_S) / HOUR_S).astype(np.int64)


@pytest.mark.parametrize("before", [0.07, 0.1, 0.13, 0.16])
def test_a_container_is_seen_to_be_emptied_that_held_little(before: float) -> None:
    judged = judge(table([weekly(before)]))
    due = np.arange(12, 42 * 24, 7 * 24)
    apart = np.abs(emptied_h(judged)[:, None] - due[1:]).min(axis=0)
    assert (apart <= 2).all(), "each but the first, which the series begins with"
    assert len(emptied_h(judged)) <= len(due)
    assert (judged.seen.confidence > 0.5).all()
    assert judged.rates[0] > 0


def test_what_a_driver_would_not_call_an_emptying_is_none() -> None:
    flat = np.random.default_rng(1).normal(0.05, NOISE, 24 * 365)
    assert len(judge(table([flat])).seen.rows) == 0, "a year of noise"
    # Waste settles by six points in a container that is half full, and goes on rising.
    rising = np.linspace(0.0, 0.9, 24 * 30)
    rising[24 * 15 :] -= 0.06
    settled = rising + np.random.default_rng(2).normal(0, NOISE, len(rising))
    assert len(judge(table([settled])).seen.rows) == 0
    # The sensor warms up by day: three points in half a day, and back.
    swinging = 0.06 + 0.015 * np.sin(np.arange(24 * 60) * 2 * np.pi / 24)
    swinging += np.random.default_rng(3).normal(0, NOISE / 2, len(swinging))
    assert len(judge(table([swinging])).seen.rows) == 0


def test_a_small_fall_begins_a_cycle_and_counts_for_the_growth() -> None:
    judged = judge(table([weekly(0.1)]))
    assert len(np.unique(judged.cycles)) == len(judged.seen.rows) + 1
    assert np.diff(judged.cycles).min() == 0
    assert judged.seen.before.mean() == pytest.approx(0.1, abs=0.01)
    assert judged.seen.after.mean() == pytest.approx(0.01, abs=0.01)
    assert (judged.seen.until_s - judged.seen.from_s).max() <= 2 * HOUR_S
