from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from domain.errors import InvalidInput
from routing.problem import DisposalSite, Matrix, Problem, Stop, Vehicle
from tests.routing.problems import PAPER, line, stop, three_stops, tip, truck


@pytest.mark.parametrize(
    ("distances", "durations", "sentence"),
    [
        ([[0, 1]], [[0]], "matrix.distances_m: must be square, but is 1 x 2"),
        ([0, 1], [[0]], "must be square, but is 2"),
        ([[0]], [[0, 1], [1, 0]], "distances are 1 x 1 but durations 2 x 2"),
        ([[0, 1.5], [1, 0]], [[0, 1], [1, 0]], "must hold whole numbers, not float64"),
        ([[0, -2], [1, 0]], [[0, 1], [1, 0]], r"matrix.distances_m\[0\]\[1\]: -2 is neither"),
        ([[0, 1], [1, 0]], [[0, 1], [2**31, 0]], r"matrix.durations_s\[1\]\[0\]: 2147483648 is neither"),
        ([[0, 1], [1, 4]], [[0, 1], [1, 0]], "from a location to itself it must be 0, not 4"),
        ([[0, -1], [1, 0]], [[0, 1], [1, 0]], r"matrix\[0\]\[1\]: only one of distance and duration"),
    ],
)
def test_matrices_that_cannot_be(distances: list[object], durations: list[object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        Matrix(np.array(distances), np.array(durations))


def test_a_matrix_need_not_be_symmetric_and_cannot_be_changed() -> None:
    matrix = Matrix(np.array([[0, 5], [-1, 0]]), np.array([[0, 2], [-1, 0]]))
    assert matrix.size == 2
    assert matrix.reaches(0, 1)
    assert not matrix.reaches(1, 0)
    with pytest.raises(ValueError, match="read-only"):
        matrix.distances_m[0, 1] = 3


def test_an_empty_matrix_is_valid() -> None:
    nothing = np.empty((0, 0), dtype=np.int32)
    assert Problem(Matrix(nothing, nothing), (), (), ()).matrix.size == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kg": -1}, "stop 1: kg is -1, but must lie between 0 and"),
        ({"kg": 1.5}, "stop 1: kg must be a whole number, not 1.5"),
        ({"kg": True}, "stop 1: kg must be a whole number, not True"),
        ({"l": -1}, "stop 1: l is -1"),
        ({"service_s": -1}, "stop 1: service_s is -1"),
        ({"prize": -1}, "stop 1: prize is -1"),
        ({"location": -1}, "stop 1: location is -1"),
        ({"time_windows": ((10, 5),)}, r"stop 1: the time window \[10, 5\] ends before it starts"),
        ({"time_windows": ((10, 20), (15, 30))}, "overlaps the one before it or comes out of order"),
    ],
)
def test_stops_that_cannot_be(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        replace(stop(1, 0), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fractions": frozenset()}, "vehicle 1: takes no fraction at all"),
        ({"ends_s": 0}, r"vehicle 1: the shift ends \(0\) before it starts \(0\)"),
        ({"capacity_kg": -1}, "vehicle 1: capacity_kg is -1"),
        ({"cost_per_km": 0, "cost_per_hour": 0}, "vehicle 1: driving costs nothing"),
    ],
)
def test_vehicles_that_cannot_be(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        replace(truck(), **changes)  # type: ignore[arg-type]


def test_disposal_sites_that_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="disposal site 1: accepts no fraction at all"):
        DisposalSite(1, 0, frozenset())
    with pytest.raises(InvalidInput, match="disposal site 1: service_s is -5"):
        tip(service_s=-5)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stops": (stop(1, 2), stop(1, 3))}, "stop 1: the id 1 is used twice"),
        ({"vehicles": (truck(1), truck(1))}, "vehicle 1: the id 1 is used twice"),
        ({"disposal_sites": (tip(1), tip(1))}, "disposal site 1: the id 1 is used twice"),
        ({"stops": (stop(1, 5),)}, r"stop 1: location 5 is outside the matrix of 5 locations \(0 to 4\)"),
        ({"disposal_sites": (tip(1, 9),)}, "disposal site 1: location 9 is outside"),
        ({"vehicles": (replace(truck(), end=7),)}, "vehicle 1: end 7 is outside"),
        ({"stops": (stop(1, 1, allowed_vehicles=frozenset({4})),)}, "stop 1: allows vehicle 4, which does not exist"),
    ],
)
def test_problems_that_cannot_be(changes: dict[str, tuple[Stop | Vehicle, ...]], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        replace(three_stops(), **changes)


def test_lists_become_tuples() -> None:
    problem = Problem(line(0), [], [truck(1, PAPER)], [])  # type: ignore[arg-type]
    assert problem.vehicles == (truck(1, PAPER),)
