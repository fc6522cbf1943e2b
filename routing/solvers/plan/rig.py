"""A vehicle with what every look at one of its routes asks for again and again, ready in plain integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from domain.containers import Fraction
from routing.problem import Problem, Stop, Vehicle
from routing.solution import Load


class Cargo(NamedTuple):
    """What one stop brings into one compartment; ``fractions`` is a set of bits, see :func:`bits`."""

    compartment: int
    kg: int
    l: int  # noqa: E741 - litre
    fractions: int


_BIT = {fraction: 1 << number for number, fraction in enumerate(Fraction)}


def bits(fractions: frozenset[Fraction]) -> int:
    """A set of fractions as bits of one integer."""
    return sum(_BIT[fraction] for fraction in fractions)


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """A vehicle, its matrix as memory views (``seconds[origin, destination]``), and its compartments.

    ``cargo``: by the id of each stop whose fractions it takes, what that brings. ``aboard``: bits of the fractions in
    each compartment at the start.
    """

    vehicle: Vehicle
    metres: memoryview
    seconds: memoryview
    capacities: tuple[Load, ...]
    cargo: Mapping[int, tuple[Cargo, ...]]
    loads: tuple[Load, ...]
    aboard: tuple[int, ...]


def rigs_of(problem: Problem) -> dict[int, Rig]:
    """A rig for each vehicle; those with like compartments share what the stops bring."""
    views = {
        profile: (matrix.distances_m.data, matrix.durations_s.data) for profile, matrix in problem.matrices.items()
    }
    cargo_of: dict[tuple[frozenset[Fraction], ...], dict[int, tuple[Cargo, ...]]] = {}
    found: dict[int, Rig] = {}
    for vehicle in problem.vehicles:
        layout = tuple(compartment.fractions for compartment in vehicle.compartments)
        if layout not in cargo_of:
            cargo_of[layout] = {
                stop.id: _cargo(vehicle, stop) for stop in problem.stops if stop.fractions <= vehicle.fractions
            }
        metres, seconds = views[vehicle.profile]
        aboard = [0] * len(layout)
        for amount in vehicle.initial_load:
            aboard[_compartment(vehicle, amount.fraction)] |= _BIT[amount.fraction]
        found[vehicle.id] = Rig(
            vehicle,
            metres,
            seconds,
            tuple(Load(compartment.capacity_kg, compartment.capacity_l) for compartment in vehicle.compartments),
            cargo_of[layout],
            tuple(Load(kg, litres) for kg, litres in zip(*vehicle.loads(), strict=True)),
            tuple(aboard),
        )
    return found


def _cargo(vehicle: Vehicle, stop: Stop) -> tuple[Cargo, ...]:
    found: dict[int, Cargo] = {}
    for amount in stop.amounts:
        number = _compartment(vehicle, amount.fraction)
        before = found.get(number, Cargo(number, 0, 0, 0))
        found[number] = Cargo(
            number, before.kg + amount.kg, before.l + amount.l, before.fractions | _BIT[amount.fraction]
        )
    return tuple(found.values())


def _compartment(vehicle: Vehicle, fraction: Fraction) -> int:
    number = vehicle.compartment_of(fraction)
    assert number is not None  # asked only for what the vehicle takes
    return number
