"""Which ways a truck may drive, which way, how fast."""

from __future__ import annotations

import pytest

from routing.roads.truck import blocks, judge, speed_limit_kmh


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "service", "service": "alley"},
        {"highway": "living_street"},
        {"highway": "service", "access": "destination"},
        {"highway": "residential", "access": "no", "motor_vehicle": "destination"},
        {"highway": "pedestrian", "motor_vehicle": "delivery"},
        {"highway": "tertiary", "motor_vehicle": "no", "hgv": "yes"},
        {"highway": "tertiary", "maxheight": "4.2", "maxweight": "25"},
        {"highway": "tertiary", "maxheight": "default"},
    ],
)
def test_open_to_a_truck(tags: dict[str, str]) -> None:
    assert judge(tags) is not None


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "footway"},
        {"highway": "construction"},
        {"highway": "pedestrian"},
        {"highway": "pedestrian", "access": "yes"},
        {"highway": "track"},
        {"highway": "service", "access": "private"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "residential", "vehicle": "no", "access": "yes"},
        {"highway": "residential", "hgv": "no"},
        {"highway": "tertiary", "maxheight": "2.5 m"},
        {"highway": "tertiary", "maxweight": "3.5"},
        {"highway": "service", "area": "yes"},
        {"highway": "primary", "oneway": "reversible"},
    ],
)
def test_closed_to_a_truck(tags: dict[str, str]) -> None:
    assert judge(tags) is None


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "no"}, True, True),
        ({"oneway": "yes", "oneway:hgv": "no"}, True, True),
        ({"junction": "roundabout"}, True, False),
        ({"junction": "circular"}, True, False),
        ({"junction": "roundabout", "oneway": "no"}, True, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link"}, True, True),
    ],
)
def test_directions(tags: dict[str, str], along: bool, against: bool) -> None:
    drivable = judge({"highway": "residential"} | tags)
    assert drivable is not None
    assert (drivable.forward_mps > 0, drivable.backward_mps > 0) == (along, against)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 24),
        ({"highway": "primary"}, 40),
        ({"highway": "primary", "maxspeed": "30"}, 24),
        ({"highway": "primary", "maxspeed": "100"}, 65),
        ({"highway": "primary", "maxspeed": "100", "maxspeed:hgv": "60"}, 48),
        ({"highway": "service"}, 12),
        ({"highway": "service", "maxspeed": "5"}, 4),
        ({"highway": "residential", "maxspeed": "none of your business"}, 24),
    ],
)
def test_speeds(tags: dict[str, str], kmh: float) -> None:
    drivable = judge(tags)
    assert drivable is not None
    assert drivable.forward_mps * 3.6 == pytest.approx(kmh)


def test_speed_limit_for_one_direction() -> None:
    drivable = judge({"highway": "tertiary", "maxspeed": "50", "maxspeed:backward": "30"})
    assert drivable is not None
    assert drivable.forward_mps * 3.6 == pytest.approx(40)
    assert drivable.backward_mps * 3.6 == pytest.approx(24)
    assert drivable.reversed().forward_mps == drivable.backward_mps


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("20 mph", 32.18688),
        ("DE:urban", 50),
        ("NL:zone30", 30),
        ("DE:zone:20", 20),
        ("walk", 7),
        ("none", None),
        ("signals", None),
        ("0", None),
    ],
)
def test_reads_speed_limits(text: str, kmh: float | None) -> None:
    assert speed_limit_kmh(text) == (None if kmh is None else pytest.approx(kmh))


def test_nobody_stops_in_tunnels_or_on_motorways() -> None:
    for tags in ({"highway": "service", "tunnel": "yes"}, {"highway": "motorway"}):
        drivable = judge(tags)
        assert drivable is not None
        assert not drivable.stoppable
    passage = judge({"highway": "service", "tunnel": "building_passage"})
    assert passage is not None
    assert passage.stoppable


@pytest.mark.parametrize(
    ("tags", "stops_it"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "kerb"}, False),
        ({"highway": "crossing"}, False),
    ],
)
def test_barriers(tags: dict[str, str], stops_it: bool) -> None:
    assert blocks(tags) is stops_it
