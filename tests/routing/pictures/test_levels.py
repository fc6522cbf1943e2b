from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from routing.pictures.arrows import arrows
from routing.pictures.levels import DEEPEST, STEP, by_tens, levels

PLACES = st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400)), min_size=1, max_size=25)


@given(PLACES, st.integers(0, 3))
def test_numbers_shown_at_one_level_never_overlap(places: list[tuple[float, float]], fixed: int) -> None:
    fixed = min(fixed, len(places))
    points = np.array(places)
    sizes = np.tile([20.0, 15.0], (len(places), 1))
    found = levels(points, sizes, range(fixed, len(places)), fixed=fixed)
    assert found[:fixed] == [0] * fixed
    for level in range(DEEPEST + 1):
        shown = [index for index in range(len(places)) if found[index] <= level]
        for index in shown:
            for other in shown:
                if index < other and other >= fixed:
                    apart = np.abs(points[index] - points[other]) * STEP**level
                    assert apart[0] >= 20 - 1e-6 or apart[1] >= 15 - 1e-6


@given(PLACES)
def test_a_number_is_shown_as_soon_as_it_has_room(places: list[tuple[float, float]]) -> None:
    points = np.array(places)
    found = levels(points, np.tile([20.0, 15.0], (len(places), 1)), range(len(places)))
    for index, level in enumerate(found):
        if level > 0:
            before = points * STEP ** (level - 1)
            nearer = [other for other in range(len(places)) if other != index and found[other] <= level - 1]
            assert any(
                abs(before[index, 0] - before[other, 0]) < 20 and abs(before[index, 1] - before[other, 1]) < 15
                for other in nearer
            )


def test_first_and_last_stops_choose_first_then_tens() -> None:
    order = by_tens([12, 3], first=2)
    assert sorted(order) == list(range(2, 17))
    assert set(order[:4]) == {2, 13, 14, 16}  # stops 1 and 12 of the first route, 1 and 3 of the second
    assert order[4:6] == [11, 6]  # stop 10, then stop 5


def test_arrowheads_point_along_the_line_and_grow_denser() -> None:
    line = np.array([(0.0, 0.0), (200.0, 0.0), (200.0, 200.0)])
    found = arrows(line, every=100, deepest=4)
    first = [head for head in found if head.level == 0]
    assert [(head.x, head.y, head.degrees) for head in first] == [
        (50, 0, 0),
        (150, 0, 0),
        (200, 50, 90),
        (200, 150, 90),
    ]
    along = sorted(head.x + head.y for head in found)
    assert np.diff(along).min() >= 25
    assert {head.level for head in found} == {0, 2, 4}


def test_a_line_without_length_has_no_arrowhead() -> None:
    assert arrows(np.array([(5.0, 5.0)]), every=100, deepest=4) == []
    assert arrows(np.array([(5.0, 5.0), (5.0, 5.0)]), every=100, deepest=4) == []
