"""The judge of the benchmark, rule by rule: a good solution, and the same one broken in one place."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.routing import loaders
from tests.benchmarks.routing.instance import Instance, Tour
from tests.benchmarks.routing.judge import judge

TINY = Path(__file__).parents[2] / "data" / "vrp"


def instance_of(name: str) -> Instance:
    return loaders.read(TINY / name)


@pytest.mark.parametrize(
    ("name", "tours", "cost"),
    [
        ("tiny.vrp", [(1, 2), (3,)], 20),
        ("tiny.vrp", [(1, 2, 0), (), (3, 0)], 20),
        ("tiny-windows.vrp", [(2, 1)], 50 + 41 + 14),
        ("tiny-prizes.vrp", [(1,)], 100 + 70),
        ("tiny-prizes.vrp", [], 370),
        ("tiny-releases.vrp", [(1, 0, 3, 2)], 60 + 50 + 64 + 40),
    ],
)
def test_good_solutions(name: str, tours: list[tuple[int, ...]], cost: int):
    verdict = judge(instance_of(name), [Tour(nodes) for nodes in tours])
    assert verdict.faults == ()
    assert verdict.cost == cost


@pytest.mark.parametrize(
    ("name", "tours", "fault"),
    [
        ("tiny.vrp", [(1, 3), (2,)], "carries 11, 1 too much"),
        ("tiny.vrp", [(1, 2)], "customer 3 is not visited"),
        ("tiny.vrp", [(1, 2), (3,), (3,)], r"customer 3 is visited on the days \[0, 0\]"),
        ("tiny.vrp", [(1, 0, 2), (3,)], "2 trips"),
        ("tiny.vrp", [(1, 2, 9), (3,)], r"nodes \[9\] are neither"),
        ("tiny-windows.vrp", [(1, 2)], "at node 2"),
        ("tiny-windows.vrp", [(1,), (2,), ()], None),
        ("tiny-releases.vrp", [(1, 2, 0, 3)], "80 late at node 1"),
        ("tiny-releases.vrp", [(1,), (2, 3)], "2 tours but 1 vehicles"),
    ],
)
def test_faults(name: str, tours: list[tuple[int, ...]], fault: str | None):
    faults = judge(instance_of(name), [Tour(nodes) for nodes in tours]).faults
    if fault is None:
        assert faults == ()
    else:
        assert len(faults) == 1
        assert re.search(fault, faults[0])


def test_waste_with_lunch_caps_and_landfill():
    """9 to 14 o'clock; one truck takes 2 and 3 (10.5 yards, too much at once) over the landfill, and lunch, in time."""
    instance = instance_of("tiny_stop.txt")
    miles = instance.scale
    good = [Tour((3, 1, 2, 1)), Tour((4, 1))]
    assert judge(instance, good).faults == ()
    assert judge(instance, good).cost == (2 + 1 + 2 + 2 + 1 + 3 + 2 + 1) * miles
    assert judge(instance, [Tour((3, 2, 1)), Tour((4, 1))]).faults[0].endswith("carries 105, 5 too much")
    assert judge(instance, [Tour((3, 1, 2)), Tour((4, 1))]).faults[0].endswith("comes home without emptying itself")
    assert judge(instance, [Tour((3, 4, 1, 2, 1))]).faults == ()
    tight = replace(instance, day_demand=140, day_customers=2)
    assert len(judge(tight, [Tour((3, 4, 1, 2, 1))]).faults) == 2
    assert judge(tight, [Tour((3, 4, 1, 2, 1))], with_day_caps=False).faults == ()


@pytest.mark.parametrize(
    ("early_h", "late_h", "fault"),
    [(9, 14, None), (11, 14, None), (12, 14, "lunch|late"), (9, 11.5, "lunch|late"), (9, 10, "late")],
)
def test_lunch(early_h: float, late_h: float, fault: str | None):
    """The route of an hour or so must have an hour of lunch in it that begins between 11 and 12."""
    instance = instance_of("tiny_stop.txt")
    day = replace(instance, early=round(early_h * 36_000), late=round(late_h * 36_000))
    day = replace(day, customers=tuple(replace(each, early=0, late=24 * 36_000) for each in day.customers))
    faults = judge(day, [Tour((3, 4, 1, 2, 1))]).faults
    assert bool(faults) == (fault is not None)
    if early_h >= 12:
        assert judge(day, [Tour((3, 4, 1, 2, 1))], with_lunch=False).faults == ()


def test_periodic():
    instance = instance_of("tiny_4.geojson")
    good = [Tour((1, 3), 0), Tour((1, 2, 3), 2)]
    assert judge(instance, good).faults == ()
    assert judge(instance, good).cost == 3 + 4
    uneven = [Tour((1, 3), 0), Tour((1, 2, 3), 1)]
    assert judge(instance, uneven).faults == ("customer 1 is visited on the days [0, 1]",)
    long = replace(instance, late=5)
    assert judge(long, good).faults == ("tour 1..3 of day 2: home 2 late",)
