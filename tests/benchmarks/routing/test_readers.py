"""Readers on files made by hand; what they must give was worked out on paper."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.benchmarks.routing import kim_file, loaders, pvrpif_file, vrplib_file
from tests.benchmarks.routing.instance import Customer, Facility, Family, Lunch, Tour, Unreadable
from tests.benchmarks.routing.judge import judge

TINY = Path(__file__).parents[2] / "data" / "vrp"


def test_cvrp_rounds_to_the_nearest_integer_and_knows_its_best_cost():
    instance = vrplib_file.read(TINY / "tiny.vrp")
    assert instance.family is Family.CVRP
    assert instance.distances.tolist() == [[0, 3, 5, 4], [3, 0, 4, 5], [5, 4, 0, 3], [4, 5, 3, 0]]
    assert [customer.demand for customer in instance.customers] == [6, 4, 5]
    assert (instance.capacity, instance.trips, instance.best_known, instance.scale) == (10, 1, 18, 1)


def test_time_windows_count_in_tenths_and_distances_are_truncated():
    instance = vrplib_file.read(TINY / "tiny-windows.vrp")
    assert instance.distances[0, 1] == 14  # the root of 2 is 1.414..
    assert instance.customers[0] == Customer(1, 4, 20, 100, 200)
    assert (instance.vehicles, instance.late, instance.scale, instance.best_known) == (2, 400, 10, 105)


def test_prizes():
    instance = vrplib_file.read(TINY / "tiny-prizes.vrp")
    assert [customer.prize for customer in instance.customers] == [300, 70]
    assert (instance.best_known, instance.scale) == (170, 1)


def test_releases_and_trips():
    instance = vrplib_file.read(TINY / "tiny-releases.vrp")
    assert [customer.release for customer in instance.customers] == [0, 100, 0]
    assert (instance.trips, instance.facilities) == (None, (Facility(0, 0, 0, 1000),))


def test_waste_from_feet_and_yards_and_hours():
    instance = kim_file.read(TINY / "tiny_stop.txt")
    assert instance.distances[2, 1] == 2 * kim_file.FEET_PER_MILE  # Manhattan
    assert instance.durations[0, 1] == 900  # a mile at 40 miles an hour, in tenths of a second
    assert instance.customers[1] == Customer(3, 45, 300, 9 * 36_000, 10 * 36_000)
    assert instance.facilities == (Facility(1, 16_000, 0, 24 * 36_000),)
    assert instance.lunch == Lunch(36_000, 11 * 36_000, 12 * 36_000)
    assert (instance.capacity, instance.day_demand, instance.day_customers) == (100, 180, 3)
    assert (instance.early, instance.late) == (9 * 36_000, 14 * 36_000)


def test_the_example_of_kim_kim_and_sahoo():
    """From (1215029, 3461398) to (1229125, 3460107): 2.914 miles, 262.3 seconds, says their page."""
    feet = abs(1215029 - 1229125) + abs(3461398 - 3460107)
    assert round(feet / kim_file.FEET_PER_MILE, 3) == 2.914
    assert round(feet * 3600 / 40 / kim_file.FEET_PER_MILE, 1) == 262.3


def test_periodic_patterns_are_evenly_spread():
    instance = pvrpif_file.read(TINY / "tiny_4.geojson")
    assert instance.customers[0].patterns == ((0, 2), (1, 3))
    assert instance.customers[1].patterns == ((0,), (1,), (2,), (3,))
    assert (instance.days, instance.vehicles, instance.late, instance.best_known) == (4, 1, 12, 8)


@pytest.mark.parametrize("name", ["tiny", "tiny-windows", "tiny-prizes", "tiny-releases"])
def test_the_stated_solution_costs_what_it_states(name: str):
    instance = vrplib_file.read(TINY / f"{name}.vrp")
    tours = [Tour(nodes) for nodes in vrplib_file.routes(TINY / f"{name}.sol")]
    verdict = judge(instance, tours)
    assert verdict.faults == ()
    assert verdict.cost == instance.best_known


def test_all_are_found_by_what_they_say(tmp_path: Path):
    for number, path in enumerate(sorted(TINY.iterdir())):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(path, folder)
    (tmp_path / "notes.txt").write_text("none of ours")
    (tmp_path / "broken.vrp").write_text("TYPE : CVRP\nDIMENSION : 2\n")
    found, unread = loaders.find(tmp_path)
    assert [instance.family for instance in found] == list(Family)
    assert len(unread) == 1
    assert unread[0].endswith("broken.vrp: no CAPACITY")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("EUC_2D", "GEO", "EDGE_WEIGHT_TYPE 'GEO' is not EUC_2D"),
        ("CVRP", "TSP", "TYPE 'TSP' is none of CVRP"),
        ("2\t0\t3\n", "", "NODE_COORD_SECTION has 3 rows, not 4"),
        ("\t1\n\t-1", "\t2\n\t-1", r"the depot must be node 1, not \[2\]"),
        ("CAPACITY :", "nonsense\nCAPACITY :", "'nonsense' belongs to no section"),
        ("3\t4\t3\n", "7\t4\t3\n", "does not number its rows"),
    ],
)
def test_a_file_that_is_not_what_it_says(tmp_path: Path, old: str, new: str, said: str):
    text = (TINY / "tiny.vrp").read_text()
    assert old in text
    path = tmp_path / "wrong.vrp"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(Unreadable, match=f"wrong.vrp: .*{said}"):
        vrplib_file.read(path)


def test_a_frequency_that_no_pattern_fits(tmp_path: Path):
    path = tmp_path / "odd.geojson"
    path.write_text((TINY / "tiny_4.geojson").read_text().replace('"frequency": 2.0', '"frequency": 3.0'))
    with pytest.raises(Unreadable, match="frequency 3 does not divide 4 days"):
        pvrpif_file.read(path)
