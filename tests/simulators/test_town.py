from __future__ import annotations

import re
from collections import Counter

import pytest

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.geography import great_circle_m
from domain.sensors import Source
from routing.roads.graph import RoadGraph
from routing.roads.snap import snap
from simulators.devices import MODELS
from simulators.sensors import SOURCE_SHARES, Fault
from simulators.town import Town, build_town


def test_the_same_seed_builds_the_same_town(graph: RoadGraph, town: Town) -> None:
    again, other = build_town(graph, seed=1), build_town(graph, seed=2)
    for part in ("municipality", "sites", "containers", "sensors", "depots", "disposal_sites", "vehicles", "rounds"):
        assert getattr(again, part) == getattr(town, part)
    assert other.sites != town.sites
    assert {sensor.device_id for sensor in other.sensors}.isdisjoint(sensor.device_id for sensor in town.sensors)


def test_containers_come_in_four_fractions_at_two_thirds_as_many_sites(town: Town) -> None:
    assert len(town.containers) == 300
    assert len(town.sites) == 200
    assert Counter(container.fraction for container in town.containers) == {
        Fraction.RESIDUAL: 120,
        Fraction.PAPER: 75,
        Fraction.GLASS: 45,
        Fraction.PLASTICS: 60,
    }
    at_site: dict[int, list[Fraction]] = {}
    for container in town.containers:
        at_site.setdefault(container.site_id, []).append(container.fraction)
    assert set(at_site) == {site.id for site in town.sites}
    assert all(len(set(there)) == len(there) <= 3 for there in at_site.values())


def test_containers_are_such_as_stand_in_streets(town: Town) -> None:
    assert [container.id for container in town.containers] == list(range(1, 301))
    assert len(town.container_by_code) == 300
    for container in town.containers:
        assert container.geometry is not None
        assert 1.5 <= container.geometry.empty_distance_m <= 2.7
        assert 0.3 <= container.geometry.full_distance_m <= 0.4
        assert container.fullness_threshold == 0.7
        assert 90 <= container.service_s <= 150
        assert 3000 <= container.capacity_l <= 5000
        if container.fraction is Fraction.GLASS:
            assert container.capacity_l == 3000


def test_addresses_name_a_street_and_a_number_of_its_own(town: Town, graph: RoadGraph) -> None:
    assert len({site.name for site in town.sites}) == len(town.sites)
    for site in town.sites:
        street, number = re.fullmatch(r"(.+) (\d+)", site.name).groups()  # type: ignore[union-attr]
        assert street in graph.names
        assert int(number) > 0
    assert {container.address for container in town.containers} == {site.name for site in town.sites}


def test_every_place_lies_beside_a_street_where_a_truck_may_stop(town: Town, graph: RoadGraph) -> None:
    sites = [site.position for site in town.sites]
    assert all(point is not None and point.off_road_m < 10 for point in snap(graph, sites))
    yards = [town.depots[0].position, town.disposal_sites[0].position]
    assert all(point is not None and point.off_road_m < 1 for point in snap(graph, yards))
    assert great_circle_m(*yards) > 500
    assert all(town.municipality.bounds.contains(position) for position in yards)


def test_nearly_every_container_has_a_sensor_that_fits(town: Town) -> None:
    assert len(town.sensors) == 291
    assert len({sensor.device_id for sensor in town.sensors}) == 291
    assert len({sensor.container_id for sensor in town.sensors}) == 291
    assert all(re.fullmatch("[0-9A-F]{16}", sensor.device_id) for sensor in town.sensors)
    assert {sensor.model for sensor in town.sensors} == set(MODELS)
    assert {sensor.source for sensor in town.sensors} == set(SOURCE_SHARES)
    for sensor in town.sensors:
        geometry = town.containers[sensor.container_id - 1].geometry
        assert geometry is not None
        assert geometry.empty_distance_m <= MODELS[sensor.model].longest_empty_m
        assert 0 <= sensor.offset_s < sensor.interval_s
        assert sensor.source is Source.NATIVE or not sensor.upload_every_s


def test_some_sensors_have_a_fault_and_one_is_in_nobodys_books(town: Town, village: Town) -> None:
    faults = Counter(sensor.fault for sensor in town.sensors)
    assert faults[Fault.CLOCK_AHEAD] == faults[Fault.MALFORMED] == 1
    assert faults[Fault.FALSE_ECHO] == 10
    assert faults[Fault.SILENT] == 6
    assert faults[Fault.STUCK] == 2
    for place in (town, village):
        [unknown] = [sensor for sensor in place.sensors if not sensor.registered]
        assert unknown.source is Source.CHIRPSTACK
        assert unknown.fault is Fault.NONE


def test_the_fleet_works_monday_to_saturday_and_each_day_has_a_round(town: Town) -> None:
    assert {held.weekday for held in town.rounds} == {1, 2, 3, 4, 5, 6}
    assert len(town.vehicles) == 5
    taken = Counter(fraction for vehicle in town.vehicles for fraction in vehicle.fractions)
    assert taken == {Fraction.RESIDUAL: 2, Fraction.PAPER: 1, Fraction.GLASS: 1, Fraction.PLASTICS: 1}
    assert {(shift.vehicle_id, shift.weekday) for shift in town.shifts} == {
        (vehicle.id, weekday) for vehicle in town.vehicles for weekday in range(1, 7)
    }
    assert all(vehicle.depot_id == town.depots[0].id for vehicle in town.vehicles)


@pytest.mark.parametrize("count", [4, 5, 17, 600])
def test_any_size_can_be_built(graph: RoadGraph, count: int) -> None:
    town = build_town(graph, seed=3, containers=count)
    assert len(town.containers) == count
    assert len(town.sites) == round(count * 2 / 3)


def test_impossible_towns_are_refused(graph: RoadGraph) -> None:
    with pytest.raises(InvalidInput, match="too small"):
        build_town(graph, seed=1, containers=3)
    with pytest.raises(InvalidInput, match="seed"):
        build_town(graph, seed=-1)
