"""What the world that is not driven costs each night: ``python -m tests.benchmarks.shadow --containers 10000``.

Eighteen days of hourly readings in memory, as after a first night; one container in ten is visited. No database.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from domain.containers import Fraction
from routing.forecast import DAY_S, FillHistory, outlook
from routing.forecast.what_if import forecasts_if
from routing.shadow.other_world import OtherWorld, emptied
from routing.shadow.overflow import expected_overflow
from tests.routing.trust.series import BEGIN_S, filling, hourly

DAYS = 18
AT_S = BEGIN_S + DAYS * DAY_S - 4 * 3600
MIDNIGHT_S = BEGIN_S + DAYS * DAY_S
DIFFERENT = 40
"""So many different series; the others repeat them."""

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> T:
    """Do it, and print how long it took on the clock and on the processor."""
    clock_s, processor_s = time.perf_counter(), time.process_time()
    found = work()
    print(f"{name}: {time.perf_counter() - clock_s:.2f} s, processor {time.process_time() - processor_s:.2f} s")
    return found


def main() -> None:
    """Time each step of a night."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", type=int, default=10_000)
    containers: int = parser.parse_args().containers
    series = [filling(DAYS, rate=0.04 + 0.005 * n, seed=n)[1][: 24 * DAYS - 4] for n in range(DIFFERENT)]
    histories = {
        n: FillHistory(hourly(series[n % DIFFERENT]), series[n % DIFFERENT], np.ones(24 * DAYS - 4, dtype=bool))
        for n in range(containers)
    }
    fractions = dict.fromkeys(histories, Fraction.GLASS)
    date = datetime.fromtimestamp(MIDNIGHT_S, UTC).date()
    stored = {n: emptied(n, date, AT_S - 5 * DAY_S) for n in histories}
    since_s = {n: each.at.timestamp() for n, each in stored.items()}
    visits_s = dict.fromkeys(range(0, containers, 10), MIDNIGHT_S + 9 * 3600.0)
    timed("judge and forecast alone", lambda: outlook(histories, fractions=fractions, at_s=AT_S))
    seen = timed(
        "the same, adding up what was thrown in",
        lambda: outlook(histories, fractions=fractions, at_s=AT_S, since_s=since_s),
    )
    world = OtherWorld.of(seen, stored, date)
    forecasts = timed("forecast the other world", lambda: forecasts_if(seen, world.now))
    timed(
        "overflow expected on one side",
        lambda: expected_overflow(seen, forecasts, visits_s, begins_s=MIDNIGHT_S, ends_s=MIDNIGHT_S + DAY_S),
    )


if __name__ == "__main__":
    main()
