"""Turn by turn, in small towns and along real streets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from domain.geography import Position
from routing.roads.direction_texts import Language, distance_text, text
from routing.roads.directions import Instruction, Maneuver, directions
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix_of
from routing.roads.osm import read_graph
from routing.roads.snap import Approach, snap
from tests.routing.roads.test_matrix import scattered
from tests.routing.roads.towns import Town, at, no_turn


def street(name: str, **tags: str) -> dict[str, str]:
    return {"highway": "tertiary", "name": name} | tags


NODES = {1: (0, 0), 2: (-300, 0), 3: (300, 0), 4: (0, -300), 5: (0, 300), 6: (600, 0)}
ARMS = [
    ([2, 1], street("Westweg")),
    ([1, 3], street("Oostweg")),
    ([4, 1], street("Zuidweg")),
    ([1, 5], street("Noordweg")),
    ([3, 6], street("Verderweg")),
]
CROSSING = Town(NODES, ARMS)


def told(town: Town, *places: tuple[float, float], approach: Approach = "unrestricted") -> list[list[Instruction]]:
    graph = read_graph(town.xml(), "town")
    positions = [at(x, y) for x, y in places]
    points = [point for point in snap(graph, positions, approach=approach) if point is not None]
    assert len(points) == len(positions)
    return [list(leg) for leg in directions(graph, points, positions)]


def test_left_right_and_straight_on() -> None:
    west, east, south, north = (-100, -6), (500, -6), (0, -100), (6, 100)
    (leg,) = told(CROSSING, west, north)
    assert leg == [
        Instruction(Maneuver.DEPART, "Westweg", 100),
        Instruction(Maneuver.LEFT, "Noordweg", 100),
        Instruction(Maneuver.ARRIVE, "Noordweg", side="right"),
    ]
    (leg,) = told(CROSSING, west, south)
    assert [each.maneuver for each in leg] == [Maneuver.DEPART, Maneuver.RIGHT, Maneuver.ARRIVE]
    (leg,) = told(CROSSING, west, east)
    assert leg == [
        Instruction(Maneuver.DEPART, "Westweg", 100),
        Instruction(Maneuver.CONTINUE, "Oostweg", 300),
        Instruction(Maneuver.CONTINUE, "Verderweg", 200),
        Instruction(Maneuver.ARRIVE, "Verderweg", side="right"),
    ]


def test_the_side_on_which_a_container_stands() -> None:
    for y, side in ((-6, "right"), (6, "left"), (0, None)):
        (leg,) = told(CROSSING, (-100, 0), (100, y))
        assert leg[-1].side == side
    # Approached from its kerb side it is always on the right.
    for y in (-6, 6):
        (leg,) = told(CROSSING, (-100, 0), (100, y), approach="curb")
        assert leg[-1].side == "right"


def test_turning_round_at_the_end_of_the_street_and_at_a_container() -> None:
    (leg,) = told(Town(NODES, ARMS, relations=[no_turn(1, 1, 4)]), (-100, 0), (0, 100))
    assert [each.maneuver for each in leg] == [
        Maneuver.DEPART,
        Maneuver.RIGHT,
        Maneuver.U_TURN,
        Maneuver.CONTINUE,
        Maneuver.ARRIVE,
    ]
    _, back = told(CROSSING, (0, 100), (0, 250), (0, 150))
    assert back[0].maneuver is Maneuver.U_TURN


def roundabout() -> Town:
    nodes = {1: (0, -20), 2: (20, 0), 3: (0, 20), 4: (-20, 0), 5: (0, -200), 6: (200, 0), 7: (0, 200), 8: (-200, 0)}
    ring = ([1, 2, 3, 4, 1], street("", junction="roundabout"))
    arms = [([5, 1], "Zuid"), ([2, 6], "Oost"), ([3, 7], "Noord"), ([4, 8], "West")]
    return Town(nodes, [ring, *((way, street(name)) for way, name in arms)])


@pytest.mark.parametrize(("place", "number"), [((100, 0), 1), ((0, 100), 2), ((-100, 0), 3)])
def test_exits_of_a_roundabout(place: tuple[float, float], number: int) -> None:
    (leg,) = told(roundabout(), (0, -100), place)
    assert [each.maneuver for each in leg] == [Maneuver.DEPART, Maneuver.ROUNDABOUT, Maneuver.ARRIVE]
    assert leg[1].exit == number


def test_a_ferry_is_announced() -> None:
    nodes = {1: (-100, 0), 2: (0, 0), 3: (1000, 0), 4: (1100, 0)}
    ferry = ([2, 3], {"route": "ferry", "motor_vehicle": "yes", "name": "Pont"})
    (leg,) = told(Town(nodes, [([1, 2], street("Kade")), ferry, ([3, 4], street("Overkant"))]), (-50, 0), (1050, 0))
    assert [each.maneuver for each in leg] == [Maneuver.DEPART, Maneuver.FERRY, Maneuver.CONTINUE, Maneuver.ARRIVE]


def test_nothing_to_say_without_a_way() -> None:
    graph = read_graph(CROSSING.xml(), "town")
    assert directions(graph, [], []) == ()
    (point,) = snap(graph, [at(50, 0)])
    assert point is not None
    assert directions(graph, [point], [at(50, 0)]) == ()


def test_along_real_streets_the_distances_add_up(helsinki: RoadGraph) -> None:
    places = scattered(helsinki, 30)
    points = [point for point in snap(helsinki, places) if point is not None]
    measured = matrix_of(helsinki, points)
    legs = [
        directions(helsinki, [a, b], [p, q])[0]
        for (a, b), (p, q) in zip(pairwise(points), pairwise(places), strict=True)
    ]
    for i, leg in enumerate(legs):
        assert sum(each.distance_m for each in leg) == pytest.approx(measured.distances_m[i, i + 1], abs=len(leg))
        assert leg[0].maneuver is Maneuver.DEPART
        assert leg[-1].maneuver is Maneuver.ARRIVE
    maneuvers = {each.maneuver for leg in legs for each in leg}
    assert {Maneuver.LEFT, Maneuver.RIGHT, Maneuver.CONTINUE} <= maneuvers
    names = {each.street for leg in legs for each in leg}
    assert len(names & set(helsinki.names)) > 20


@pytest.mark.parametrize(
    ("instruction", "dutch", "english"),
    [
        (Instruction(Maneuver.DEPART, "Dam", 84), "Vertrek, Dam, 80 m.", "Set off, Dam, 80 m."),
        (Instruction(Maneuver.LEFT, "Singel", 1249), "Sla linksaf, Singel, 1,2 km.", "Turn left, Singel, 1.2 km."),
        (Instruction(Maneuver.RIGHT, "", 12), "Sla rechtsaf, 12 m.", "Turn right, 12 m."),
        (
            Instruction(Maneuver.ROUNDABOUT, "Ring", 996, exit=2),
            "Neem op de rotonde de 2e afslag, Ring, 1,0 km.",
            "At the roundabout take the 2nd exit, Ring, 1.0 km.",
        ),
        (Instruction(Maneuver.U_TURN, "Dam", 350), "Keer om, Dam, 350 m.", "Turn round, Dam, 350 m."),
        (Instruction(Maneuver.ARRIVE, side="right"), "De container staat rechts.", "Your container is on the right."),
        (Instruction(Maneuver.ARRIVE), "Je bent er.", "You are there."),
    ],
)
def test_words(instruction: Instruction, dutch: str, english: str) -> None:
    assert text(instruction, "nl") == dutch
    assert text(instruction, "en") == english


def test_every_maneuver_has_words_in_every_language() -> None:
    languages: tuple[Language, ...] = ("nl", "en")
    for language in languages:
        said = {text(Instruction(each, "Dam", 100, exit=11), language) for each in Maneuver}
        assert len(said) == len(Maneuver)
    assert "11th exit" in text(Instruction(Maneuver.ROUNDABOUT, exit=11), "en")
    assert text(Instruction(Maneuver.ARRIVE, side="left"), "en", container=False) == "You are there."
    assert distance_text(994, "nl") == "990 m"


def test_positions_are_taken_as_they_are(helsinki: RoadGraph) -> None:
    a, b = Position(24.9414, 60.1719), Position(24.9384, 60.1699)
    points = [point for point in snap(helsinki, [a, b]) if point is not None]
    assert directions(helsinki, points, [a, b])[0][-1].maneuver is Maneuver.ARRIVE
