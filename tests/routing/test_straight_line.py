from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.geography import Position, great_circle_m
from routing.straight_line import DETOUR, ROWS_AT_ONCE, SPEED_KMH, straight_line

positions = st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(positions, max_size=5))
def test_it_is_the_great_circle_with_a_detour(places: list[Position]) -> None:
    matrix = straight_line(places)
    assert matrix.estimated
    expected = [[great_circle_m(a, b) * DETOUR for b in places] for a in places]
    assert matrix.distances_m == pytest.approx(np.array(expected).reshape(matrix.distances_m.shape), abs=1)
    assert matrix.durations_s == pytest.approx(matrix.distances_m * 3.6 / SPEED_KMH, abs=1)


def test_near_places_and_more_of_them_than_are_measured_at_once() -> None:
    size = ROWS_AT_ONCE + 7
    places = [Position(5 + n * 1e-5, 52) for n in range(size)]
    metres = straight_line(places).distances_m
    assert metres[0, 1] == round(great_circle_m(places[0], places[1]) * DETOUR) == 1
    assert metres[-1, 0] == metres[0, -1] == round(great_circle_m(places[0], places[-1]) * DETOUR)
    assert not metres.diagonal().any()
