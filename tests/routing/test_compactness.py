from __future__ import annotations

import pytest

from routing.compactness import compactness
from routing.plane import Plane
from tests.routing.drawn import position, routed, town
from tests.routing.problems import GLASS, PAPER

SQUARE = ((1000.0, 1000.0), (1400.0, 1000.0), (1400.0, 1400.0), (1000.0, 1400.0))


def moved(by_m: float) -> list[tuple[float, float]]:
    return [(x + by_m, y) for x, y in SQUARE]


def test_two_squares_apart_are_compact_and_do_not_overlap() -> None:
    problem, places = town([*SQUARE, *moved(5000)])
    measured = compactness(problem, routed(problem, (1, 2, 3, 4), (5, 6, 7, 8)), places.positions)
    assert [shape.stops for shape in measured.routes] == [4, 4]
    for shape in measured.routes:
        assert shape.spread_m == pytest.approx(200 * 2**0.5, rel=1e-3)
        assert shape.hull_m2 == pytest.approx(160_000, rel=1e-3)
        assert (shape.kept_neighbours, shape.overlap, shape.intruders) == (1.0, 0.0, 0.0)
        assert len(shape.hull) == 4


def test_squares_that_lie_a_quarter_in_one_another_overlap_by_that() -> None:
    shifted = [(x + 200, y + 200) for x, y in SQUARE]
    problem, places = town([*SQUARE, *shifted])
    measured = compactness(problem, routed(problem, (1, 2, 3, 4), (5, 6, 7, 8)), places.positions)
    assert measured.overlap == pytest.approx(0.25, rel=1e-3)
    # One corner of each lies inside the other.
    assert measured.intruders == pytest.approx(0.25)


def test_routes_that_share_every_street_keep_no_neighbour() -> None:
    pairs = [(x + shift, 500.0) for x in (0.0, 1000.0, 2000.0) for shift in (0.0, 20.0)]
    problem, places = town(pairs)
    measured = compactness(problem, routed(problem, (1, 3, 5), (2, 4, 6)), places.positions)
    assert measured.kept_neighbours == 0
    # Both hulls are lines, without an area that anything could cover.
    assert measured.overlap == 0


def test_trucks_for_different_fractions_are_not_compared() -> None:
    problem, places = town([*SQUARE, *moved(10)], trucks=(PAPER, GLASS), fractions="ppppgggg")
    measured = compactness(problem, routed(problem, (1, 2, 3, 4), (5, 6, 7, 8)), places.positions)
    assert (measured.kept_neighbours, measured.overlap, measured.intruders) == (1.0, 0.0, 0.0)


def test_swapping_two_stops_between_compact_routes_is_seen_in_every_measure() -> None:
    problem, places = town([*SQUARE, *moved(5000)])
    apart = compactness(problem, routed(problem, (1, 2, 3, 4), (5, 6, 7, 8)), places.positions)
    mixed = compactness(problem, routed(problem, (1, 2, 3, 8), (5, 6, 7, 4)), places.positions)
    assert mixed.spread_m > 2 * apart.spread_m
    assert mixed.kept_neighbours < apart.kept_neighbours
    assert mixed.overlap > apart.overlap


def test_no_routes_and_routes_without_positions_measure_nothing() -> None:
    problem, places = town(SQUARE)
    assert compactness(problem, routed(problem), places.positions).routes == ()
    assert compactness(problem, routed(problem, (1, 2)), {0: position(0, 0)}).routes == ()
    assert compactness(problem, routed(problem), places.positions).spread_m == 0


def test_a_route_of_one_place_has_no_spread() -> None:
    problem, places = town([(500.0, 500.0), (500.0, 500.0)])
    (shape,) = compactness(problem, routed(problem, (1, 2)), places.positions).routes
    assert (shape.spread_m, shape.hull_m2, shape.kept_neighbours, len(shape.hull)) == (0, 0, 1, 1)


def test_the_plane_goes_there_and_back() -> None:
    here = position(1234.0, -567.0)
    plane = Plane.around([here, position(0, 0)])
    (back,) = plane.positions(plane.metres([here]))
    assert (back.lon, back.lat) == pytest.approx((here.lon, here.lat), abs=1e-9)
