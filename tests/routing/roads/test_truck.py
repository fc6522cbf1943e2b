"""Which ways a truck may drive, which way, how fast."""

from __future__ import annotations

import math

import pytest

from domain.errors import InvalidInput
from routing.roads.profile import HEAVY, LIGHT, LIMITS, TruckProfile
from routing.roads.truck import barrier, judge, speed_limit_kmh


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
        {"route": "ferry", "motor_vehicle": "yes"},
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
        {"route": "ferry"},
        {"route": "ferry", "motor_vehicle": "no", "foot": "yes"},
        {"highway": "service", "area": "yes"},
        {"highway": "primary", "oneway": "reversible"},
    ],
)
def test_closed_to_every_truck(tags: dict[str, str]) -> None:
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


BOTH_WAYS = (HEAVY | LIGHT) | (HEAVY | LIGHT) << 2


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({}, BOTH_WAYS),
        ({"hgv": "no"}, LIGHT | LIGHT << 2),
        ({"goods": "no", "hgv": "yes"}, HEAVY | HEAVY << 2),
        ({"hgv:backward": "no"}, HEAVY | LIGHT | LIGHT << 2),
        ({"oneway": "yes"}, HEAVY | LIGHT),
        ({"oneway": "yes", "oneway:hgv": "no"}, HEAVY | LIGHT | HEAVY << 2),
        ({"oneway": "yes", "oneway:bicycle": "no"}, HEAVY | LIGHT),
        ({"motor_vehicle": "no", "hgv": "delivery"}, HEAVY | HEAVY << 2),
    ],
)
def test_access_of_heavy_and_light_vehicles(tags: dict[str, str], access: int) -> None:
    drivable = judge({"highway": "residential"} | tags)
    assert drivable is not None
    assert drivable.access == access
    assert drivable.reversed().reversed() == drivable


@pytest.mark.parametrize("value", ["destination", "delivery", "customers"])
def test_only_for_those_with_business_there(value: str) -> None:
    for key in ("hgv", "motor_vehicle", "vehicle", "access"):
        drivable = judge({"highway": "residential", key: value})
        assert drivable is not None
        assert drivable.destination
    open_road = judge({"highway": "residential", "access": value, "hgv": "yes"})
    assert open_road is not None
    assert not open_road.destination


@pytest.mark.parametrize(
    ("tags", "limits"),
    [
        ({"maxheight": "2.5 m"}, {"height_m": 2.5}),
        ({"maxheight": "3,8"}, {"height_m": 3.8}),
        ({"maxheight": "12'6\""}, {"height_m": 3.81}),
        ({"maxheight": "4.2", "maxheight:physical": "3.4"}, {"height_m": 3.4}),
        ({"maxweight": "7.5"}, {"mass_t": 7.5}),
        ({"maxweight": "7500 kg"}, {"mass_t": 7.5}),
        ({"maxweightrating:hgv": "12"}, {"mass_t": 12}),
        (
            {"maxwidth": "2.3", "maxlength": "9", "maxaxleload": "8 t"},
            {"width_m": 2.3, "length_m": 9, "axle_load_t": 8},
        ),
        ({"maxheight": "below_default", "maxweight": "none"}, {}),
    ],
)
def test_limits_on_signs(tags: dict[str, str], limits: dict[str, float]) -> None:
    drivable = judge({"highway": "tertiary"} | tags)
    assert drivable is not None
    found = dict(zip(LIMITS, drivable.limits, strict=True))
    assert {name: pytest.approx(value, abs=0.005) for name, value in found.items() if value < math.inf} == limits


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"barrier": "bollard"}, HEAVY | LIGHT),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, 0),
        ({"barrier": "bollard", "hgv": "no", "motor_vehicle": "yes"}, HEAVY),
        ({"barrier": "gate"}, 0),
        ({"barrier": "gate", "access": "private"}, HEAVY | LIGHT),
        ({"barrier": "lift_gate", "access": "customers"}, 0),
        ({"barrier": "lift_gate", "access": "no"}, HEAVY | LIGHT),
        ({"barrier": "kerb"}, 0),
        ({"highway": "crossing"}, 0),
    ],
)
def test_barriers(tags: dict[str, str], stops: int) -> None:
    found = barrier(tags)
    assert (found.kinds if found else 0) == stops


def test_a_height_restrictor_stops_what_is_higher() -> None:
    found = barrier({"barrier": "height_restrictor", "maxheight": "2.1"})
    assert found is not None
    assert found.kinds == 0
    assert found.limits[0] == pytest.approx(2.1)


@pytest.mark.parametrize("size", [{"height_m": 0.0}, {"mass_t": -1.0}, {"width_m": math.nan}])
def test_an_impossible_truck_is_refused(size: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match="give a number above 0"):
        TruckProfile(**size)


def test_heavy_begins_above_three_and_a_half_tonnes() -> None:
    assert TruckProfile(mass_t=3.5).kind == LIGHT
    assert TruckProfile(mass_t=3.6).kind == HEAVY
