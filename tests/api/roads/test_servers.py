"""Valhalla and OSRM, from their recorded answers, or asked themselves where they are reachable."""

from __future__ import annotations

from itertools import pairwise

import pytest

from api.roads.osrm import Osrm
from api.roads.source import RoadSource, Waypoint
from api.roads.valhalla import Valhalla
from domain.errors import InvalidInput
from domain.geography import Position, great_circle_m
from tests.api.roads.recording import server_url, transport

BAUMSCHULENWEG = Position(8.66869, 49.39671)
STEIGERWEG = Position(8.69848, 49.39602)
HEIDELBERGER_STRASSE = Position(8.62438, 49.44116)
IN_THE_FIELDS = Position(8.5000, 49.4000)
FREIBURG = Position(7.8421, 47.9990)
TOWN = [Waypoint(BAUMSCHULENWEG), Waypoint(STEIGERWEG), Waypoint(HEIDELBERGER_STRASSE)]


def source(engine: str) -> RoadSource:
    if engine == "valhalla":
        url = server_url(engine) or "http://valhalla.test:8002"
        return Valhalla(url, transport(engine))
    return Osrm(server_url(engine) or "http://osrm.test:5000", transport(engine))


ENGINES = ["valhalla", "osrm"]


@pytest.mark.parametrize("engine", ENGINES)
def test_metres_and_seconds(engine: str) -> None:
    measured = source(engine).measure(TOWN)
    assert not measured.estimated
    for i, a in enumerate(TOWN):
        for j, b in enumerate(TOWN):
            metres, seconds = measured.matrix.distances_m[i, j], measured.matrix.durations_s[i, j]
            if i == j:
                assert metres == seconds == 0
            else:
                straight = great_circle_m(a.position, b.position)
                assert straight < metres < 4 * straight
                assert 4 < metres / seconds < 25


@pytest.mark.parametrize("engine", ENGINES)
def test_places_without_street_are_unreachable_and_the_others_are_not(engine: str) -> None:
    places = [TOWN[0], Waypoint(IN_THE_FIELDS), TOWN[1], Waypoint(FREIBURG)]
    matrix = source(engine).measure(places).matrix
    assert (matrix.distances_m < 0).tolist() == [
        [False, True, False, True],
        [True, False, True, True],
        [False, True, False, True],
        [True, True, True, False],
    ]
    assert matrix.distances_m[0, 2] == source(engine).measure(TOWN).matrix.distances_m[0, 1]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_kerb_side_can_make_a_way_longer_but_not_shorter(engine: str) -> None:
    free = source(engine).measure(TOWN).matrix.durations_s
    kerb = source(engine).measure([Waypoint(each.position, "curb") for each in TOWN]).matrix.durations_s
    assert (kerb >= free - 5).all()
    assert (kerb > free + 5).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_line_along_the_streets(engine: str) -> None:
    line = source(engine).path(TOWN)
    assert len(line) > 50
    for place in TOWN:
        assert min(great_circle_m(place.position, point) for point in line) < 100
    length = sum(great_circle_m(a, b) for a, b in pairwise(line))
    matrix = source(engine).measure(TOWN).matrix
    assert length == pytest.approx(matrix.distances_m[0, 1] + matrix.distances_m[1, 2], rel=0.25)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_line_to_a_place_without_street(engine: str) -> None:
    with pytest.raises(InvalidInput, match=r"refuses the request \(\w+: "):
        source(engine).path([TOWN[0], Waypoint(IN_THE_FIELDS)])


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_to_measure(engine: str) -> None:
    assert source(engine).measure([]).matrix.size == 0
    assert source(engine).path([]) == ()
    assert source(engine).path(TOWN[:1]) == ()
