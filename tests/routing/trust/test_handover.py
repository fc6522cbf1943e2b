from __future__ import annotations

import numpy as np

from routing.trust.handover import LEAST_READINGS, handovers

LONG = LEAST_READINGS


def found(*runs: tuple[int, int, int]) -> list[int]:
    """Places of handovers where runs are given as (container, sensor, readings)."""
    rows = np.repeat([run[0] for run in runs], [run[2] for run in runs]).astype(np.int64)
    sources = np.repeat([run[1] for run in runs], [run[2] for run in runs]).astype(np.int32)
    return np.flatnonzero(handovers(sources, rows)).tolist()


def test_a_new_sensor_takes_over_and_an_old_one_may_come_back() -> None:
    assert found((0, 7, LONG), (0, 8, LONG), (0, 7, LONG)) == [LONG, 2 * LONG]


def test_the_newest_need_not_have_told_much() -> None:
    assert found((0, 7, LONG), (0, 8, 1)) == [LONG]
    assert found((0, 7, LONG), (0, 8, 1), (1, 8, 1)) == [LONG]


def test_two_that_hang_there_together_do_not_take_over() -> None:
    assert found(*((0, 7 + n % 2, 1) for n in range(50))) == []
    assert found((0, 7, LONG), (0, 8, 2), (0, 7, LONG)) == []


def test_another_container_is_no_handover() -> None:
    assert found((0, 7, LONG), (1, 8, LONG)) == []
    assert found() == []
