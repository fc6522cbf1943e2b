from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.problem import (
    Amount,
    Break,
    Compartment,
    DisposalSite,
    DrivingRule,
    Matrix,
    Problem,
    Stop,
    Vehicle,
    Visit,
)
from tests.routing.problems import GLASS, PAPER, RESIDUAL, line


@pytest.mark.parametrize(
    ("distances", "durations", "sentence"),
    [
        ([[0, 1]], [[0]], "matrix.distances_m: must be square, but is 1 x 2"),
        ([0, 1], [[0]], "must be square, but is 2"),
        ([[0]], [[0, 1], [1, 0]], "distances are 1 x 1 but durations 2 x 2"),
        ([[0, 1.5], [1, 0]], [[0, 1], [1, 0]], "must hold whole numbers, not float64"),
        ([[0, -2], [1, 0]], [[0, 1], [1, 0]], r"matrix.distances_m\[0\]\[1\]: -2 is neither"),
        ([[0, 1], [1, 0]], [[0, 1], [2**31, 0]], r"matrix.durations_s\[1\]\[0\]: 2147483648 is neither"),
        ([[0, 1], [1, 4]], [[0, 1], [1, 0]], "from a location to itself it must be 0, not 4"),
        ([[0, -1], [1, 0]], [[0, 1], [1, 0]], r"matrix\[0\]\[1\]: only one of distance and duration"),
    ],
)
def test_matrices_that_cannot_be(distances: list[object], durations: list[object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        Matrix(np.array(distances), np.array(durations))


def test_a_matrix_need_not_be_symmetric_and_cannot_be_changed() -> None:
    matrix = Matrix(np.array([[0, 5], [-1, 0]]), np.array([[0, 2], [-1, 0]]))
    assert matrix.size == 2
    assert matrix.reaches(0, 1)
    assert not matrix.reaches(1, 0)
    with pytest.raises(ValueError, match="read-only"):
        matrix.distances_m[0, 1] = 3


def test_an_empty_matrix_is_valid() -> None:
    nothing = np.empty((0, 0), dtype=np.int32)
    assert Problem(Matrix(nothing, nothing), (), (), ()).size == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amounts": (Amount(PAPER, -1, 0),)}, "stop 1: amounts, kg of paper is -1, but must lie between 0 and"),
        ({"amounts": (Amount(PAPER, 1.5, 0),)}, "stop 1: amounts, kg of paper must be a whole number, not 1.5"),  # type: ignore[arg-type]
        ({"amounts": (Amount(PAPER, True, 0),)}, "stop 1: amounts, kg of paper must be a whole number, not True"),
        ({"amounts": (Amount(PAPER, 0, -1),)}, "stop 1: amounts, l of paper is -1"),
        ({"amounts": (Amount(PAPER, 1, 1),) * 2}, "stop 1: amounts names paper twice; add the two up"),
        ({"service_s": -1}, "stop 1: service_s is -1"),
        ({"setup_s": -1}, "stop 1: setup_s is -1"),
        ({"prize": -1}, "stop 1: prize is -1"),
        ({"priority": 101}, "stop 1: priority is 101"),
        ({"location": -1}, "stop 1: location is -1"),
        ({"time_windows": ((10, 5),)}, r"stop 1: the time window \[10, 5\] ends before it starts"),
        ({"time_windows": ((10, 20), (15, 30))}, "overlaps the one before it or comes out of order"),
    ],
)
def test_stops_that_cannot_be(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        Stop(**({"id": 1, "location": 0, "amounts": ()} | changes))  # type: ignore[arg-type]


def test_a_stop_adds_up_its_fractions() -> None:
    both = Stop(1, 0, (Amount(PAPER, 10, 100), Amount(GLASS, 5, 20)))
    assert (both.kg, both.l, both.fractions) == (15, 120, {PAPER, GLASS})
    assert [amount.fraction for amount in both.amounts] == [GLASS, PAPER]


BODY = Compartment(frozenset({PAPER}), 100, 1000)
OTHER = Compartment(frozenset({GLASS}), 50, 500)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"compartments": ()}, "vehicle 1: has no compartment, so it can load nothing"),
        ({"compartments": (replace(BODY, fractions=frozenset()),)}, "vehicle 1: takes no fraction at all"),
        ({"compartments": (replace(BODY, capacity_kg=-1),)}, "vehicle 1: capacity_kg is -1"),
        ({"compartments": (BODY, replace(OTHER, capacity_l=-1))}, "vehicle 1, compartment 1: capacity_l is -1"),
        ({"compartments": (BODY, BODY)}, "vehicle 1, compartment 1: takes paper, which another compartment takes"),
        ({"initial_load": (Amount(GLASS, 1, 1),)}, "vehicle 1: starts with glass, which no compartment takes"),
        (
            {"initial_load": (Amount(PAPER, 101, 1),)},
            "vehicle 1: starts with 101 kg and 1 l in compartment 0, which holds 100 kg and 1000 l",
        ),
        ({"ends_s": 0}, r"vehicle 1: the shift ends \(0\) before it starts \(0\)"),
        ({"cost_per_km": 0, "cost_per_hour": 0}, "vehicle 1: driving costs nothing"),
        ({"max_trips": -1}, "vehicle 1: max_trips is -1"),
        ({"max_duration_s": 1.5}, "vehicle 1: max_duration_s must be a whole number"),
        ({"breaks": (Break(3, 60), Break(3, 60))}, "vehicle 1, break 3: the id 3 is used twice"),
    ],
)
def test_vehicles_that_cannot_be(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        Vehicle(**({"id": 1, "start": 0, "end": 0, "compartments": (BODY,)} | changes))  # type: ignore[arg-type]


def test_breaks_and_driving_rules_that_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="break 3: duration_s is -1"):
        Break(3, -1)
    with pytest.raises(InvalidInput, match="break 3: the time window"):
        Break(3, 60, ((5, 1),))
    with pytest.raises(InvalidInput, match="driving rule: driven_s is 101, but must lie between 0 and 100"):
        DrivingRule(100, 50, 101)


def test_a_vehicle_knows_its_compartments() -> None:
    vehicle = Vehicle(1, 0, 0, (BODY, OTHER), initial_load=(Amount(GLASS, 5, 20),), max_duration_s=100)
    assert (vehicle.capacity_kg, vehicle.capacity_l, vehicle.fractions) == (150, 1500, {PAPER, GLASS})
    assert [vehicle.compartment_of(fraction) for fraction in (PAPER, GLASS, RESIDUAL)] == [0, 1, None]
    assert vehicle.loads() == ([0, 5], [0, 20])
    assert vehicle.longest_s == 100
    assert replace(vehicle, max_overtime_s=50).longest_s == 150
    assert replace(vehicle, ends_s=70).longest_s == 70


def test_disposal_sites_that_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="disposal site 1: accepts no fraction at all"):
        DisposalSite(1, 0, frozenset())
    with pytest.raises(InvalidInput, match="disposal site 1: service_s is -5"):
        DisposalSite(1, 0, frozenset({PAPER}), -5)
    with pytest.raises(InvalidInput, match="disposal site 1: the time window"):
        DisposalSite(1, 0, frozenset({PAPER}), 0, ((5, 1),))


STOPS = (Stop(1, 2, ()), Stop(2, 3, (), done=True))
TRUCK = Vehicle(1, 0, 0, (BODY,))
TIP = DisposalSite(1, 1, frozenset({PAPER}))


def told(*visits: Visit) -> tuple[Vehicle, ...]:
    return (replace(TRUCK, prefix=visits),)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stops": (Stop(1, 2, ()), Stop(1, 3, ()))}, "stop 1: the id 1 is used twice"),
        ({"vehicles": (TRUCK, TRUCK)}, "vehicle 1: the id 1 is used twice"),
        ({"disposal_sites": (TIP, TIP)}, "disposal site 1: the id 1 is used twice"),
        ({"stops": (Stop(1, 5, ()),)}, r"stop 1: location 5 is outside the matrix of 5 locations \(0 to 4\)"),
        ({"disposal_sites": (replace(TIP, location=9),)}, "disposal site 1: location 9 is outside"),
        ({"vehicles": (replace(TRUCK, start=7),)}, "vehicle 1: start 7 is outside"),
        ({"vehicles": (replace(TRUCK, end=7),)}, "vehicle 1: end 7 is outside"),
        (
            {"stops": (Stop(1, 1, (), allowed_vehicles=frozenset({4})),)},
            "stop 1: allows vehicle 4, which does not exist",
        ),
        ({"stops": (Stop(1, 1, (), planned_vehicle=4),)}, "stop 1: was planned for vehicle 4, which does not exist"),
        ({"vehicles": (replace(TRUCK, profile="bus"),)}, "vehicle 1: drives by the profile 'bus', for which there is"),
        ({"matrices": {}}, "matrices: there is no matrix; give one for each profile"),
        ({"matrices": {"truck": line(0, 1), "bus": line(0)}}, r"matrices: the matrices cover \[1, 2\] locations"),
        ({"change_cost": -1}, "problem: change_cost is -1"),
        ({"vehicles": told(Visit(StepKind.EMPTYING, 9))}, "vehicle 1: the prefix names emptying 9, which does not"),
        ({"vehicles": told(Visit(StepKind.DISPOSAL, 9))}, "vehicle 1: the prefix names disposal 9, which does not"),
        ({"vehicles": told(Visit(StepKind.BREAK, 1))}, "vehicle 1: the prefix names break 1, which does not exist"),
        ({"vehicles": told(*[Visit(StepKind.EMPTYING, 1)] * 2)}, "names stop 1, which is in a prefix twice"),
        ({"vehicles": told(Visit(StepKind.EMPTYING, 2))}, "names stop 2, which is already done"),
    ],
)
def test_problems_that_cannot_be(changes: dict[str, object], sentence: str) -> None:
    problem = Problem(line(0, 1000, 2000, 3000, 4000), STOPS, (TRUCK,), (TIP,))
    with pytest.raises(InvalidInput, match=sentence):
        replace(problem, **changes)


def test_lists_become_tuples() -> None:
    problem = Problem(line(0), [], [TRUCK], [])  # type: ignore[arg-type]
    assert problem.vehicles == (TRUCK,)


def test_each_vehicle_drives_by_the_matrix_of_its_profile() -> None:
    bus = replace(TRUCK, id=2, profile="bus")
    problem = Problem({"truck": line(0, 10), "bus": line(0, 20)}, (), (TRUCK, bus), ())
    assert [problem.matrix_of(vehicle).distances_m[0, 1] for vehicle in problem.vehicles] == [10, 20]


def test_a_problem_can_be_handed_to_another_process() -> None:
    problem = Problem(line(0, 1000, 2000, 3000), STOPS, (TRUCK,), (TIP,), change_cost=5)
    again = pickle.loads(pickle.dumps(problem))
    assert (again.stops, again.vehicles, again.disposal_sites, again.change_cost) == (STOPS, (TRUCK,), (TIP,), 5)
    assert again.matrices["truck"].distances_m.tolist() == problem.matrices["truck"].distances_m.tolist()
