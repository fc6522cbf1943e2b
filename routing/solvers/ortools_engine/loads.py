"""Dimensions of OR-Tools for what is aboard, compartment by compartment, and for the day's caps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from domain.containers import Fraction
from routing.problem import DisposalSite, Stop, Vehicle
from routing.solvers.plan.cost import UNITS_PER_CENT, change_units

if TYPE_CHECKING:
    from routing.solvers.ortools_engine.model import OrtoolsModel


def add_loads(model: OrtoolsModel) -> None:
    """Kilograms and litres in each compartment, and where a fraction aboard keeps a vehicle away from a site."""
    for number in range(max(len(vehicle.compartments) for vehicle in model.vehicles)):
        for name in ("kg", "l"):
            _add_compartment(model, number, name)
    for fraction in sorted({f for stop in model.stops for f in stop.fractions}):
        _add_aboard(model, fraction)


def _add_compartment(model: OrtoolsModel, number: int, name: str) -> None:
    def amount(vehicle: Vehicle, stop: Stop) -> int:
        if number >= len(vehicle.compartments):
            return 0
        taken = vehicle.compartments[number].fractions
        return sum(getattr(each, name) for each in stop.amounts if each.fraction in taken)

    def capacity(vehicle: Vehicle) -> int:
        if number >= len(vehicle.compartments):
            return 0
        return getattr(vehicle.compartments[number], f"capacity_{name}")

    def begin(vehicle: Vehicle) -> int:
        return vehicle.loads()[0 if name == "kg" else 1][number] if number < len(vehicle.compartments) else 0

    capacities = [capacity(vehicle) for vehicle in model.vehicles]
    totals = [
        begin(v) + sum(amount(v, stop) for stop in model.stops if v.id in model.index.allowed[stop.id])
        for v in model.vehicles
    ]
    must_empty = any(_must_empty(model, vehicle) for vehicle in model.vehicles)
    if not must_empty and all(total <= most for total, most in zip(totals, capacities, strict=True)):
        return

    def change(vehicle: Vehicle, place: Stop | DisposalSite) -> int:
        if isinstance(place, Stop):
            return amount(vehicle, place)
        if number >= len(vehicle.compartments):
            return 0
        return -max(capacities) if place.fractions & vehicle.compartments[number].fractions else 0

    _add(model, f"{name} {number}", change, capacities, begin, ends_empty=must_empty)


def _add_aboard(model: OrtoolsModel, fraction: Fraction) -> None:
    """A compartment with this fraction is not emptied where others of it would be but this one is not accepted."""

    def shut(vehicle: Vehicle) -> set[int]:
        number = vehicle.compartment_of(fraction)
        if number is None:
            return set()
        together = vehicle.compartments[number].fractions & loaded
        return {s.id for s in model.copies_of if fraction not in s.fractions and together & s.fractions}

    loaded = frozenset(f for stop in model.stops for f in stop.fractions)
    loaded |= {each.fraction for vehicle in model.vehicles for each in vehicle.initial_load}
    shut_of = {vehicle.id: shut(vehicle) for vehicle in model.vehicles}
    closed = set[int]().union(*shut_of.values())
    if not closed:
        return
    most = len(model.stops) + 1

    def change(vehicle: Vehicle, place: Stop | DisposalSite) -> int:
        if not shut_of[vehicle.id]:
            return 0
        if isinstance(place, Stop):
            return int(fraction in place.fractions)
        return -most if fraction in place.fractions else 0

    def begin(vehicle: Vehicle) -> int:
        return int(bool(shut_of[vehicle.id]) and any(each.fraction == fraction for each in vehicle.initial_load))

    _add(model, f"aboard {fraction}", change, [most] * len(model.vehicles), begin, ends_empty=False, shut=closed)


def _add(
    model: OrtoolsModel,
    name: str,
    change: Callable[[Vehicle, Stop | DisposalSite], int],
    capacities: Sequence[int],
    begin: Callable[[Vehicle], int],
    *,
    ends_empty: bool,
    shut: set[int] | None = None,
) -> None:
    """A load that stops add to, and that sites may set back to zero; sites in ``shut`` are entered with none of it."""
    routing = model.routing
    largest = max(capacities)
    routing.AddDimensionWithVehicleTransitAndCapacity(_transits(model, change), largest, list(capacities), False, name)
    dimension = routing.GetDimensionOrDie(name)
    for node in range(len(model.stops)):
        dimension.SlackVar(model.manager.NodeToIndex(node)).SetValue(0)
    for number, vehicle in enumerate(model.vehicles):
        dimension.CumulVar(routing.Start(number)).SetValue(begin(vehicle))
        dimension.SlackVar(routing.Start(number)).SetValue(0)
        if ends_empty and _must_empty(model, vehicle):
            dimension.CumulVar(routing.End(number)).SetValue(0)
    for copy, site in enumerate(model.copies_of):
        if shut and site.id in shut:
            dimension.CumulVar(model.manager.NodeToIndex(model.first_copy + copy)).SetValue(0)


def _must_empty(model: OrtoolsModel, vehicle: Vehicle) -> bool:
    """Whether the model must see to it that the vehicle comes home empty.

    One that starts loaded may stay in the yard as it is, which OR-Tools could not tell from coming home.
    """
    return vehicle.ends_empty and not model.folded[vehicle.id] and (vehicle.under_way or not vehicle.initial_load)


def _transits(model: OrtoolsModel, change: Callable[[Vehicle, Stop | DisposalSite], int]) -> list[int]:
    """An evaluator for each vehicle; those with like numbers share one."""
    registered: dict[tuple[int, ...], int] = {}
    found: list[int] = []
    for vehicle in model.vehicles:
        numbers = tuple(change(vehicle, place) for place in (*model.stops, *model.copies_of))
        if numbers not in registered:
            ends = [0] * (2 * len(model.vehicles))
            registered[numbers] = model.routing.RegisterUnaryTransitVector([*numbers, *ends])
        found.append(registered[numbers])
    return found


def add_caps(model: OrtoolsModel) -> None:
    """Caps over all trips, the number of trips, and the price of changes."""
    _cap(model, "max_stops", lambda _: 1)
    _cap(model, "max_kg", lambda stop: stop.kg)
    _cap(model, "max_l", lambda stop: stop.l)
    _cap_trips(model)
    problem = model.index.problem
    if not problem.change_cost or all(stop.planned_vehicle is None for stop in model.stops):
        return

    def changed(vehicle: Vehicle, place: Stop | DisposalSite) -> int:
        return int(isinstance(place, Stop) and change_units(problem, vehicle, place) > 0)

    most = len(model.stops)
    model.routing.AddDimensionWithVehicleTransitAndCapacity(
        _transits(model, changed), 0, [most] * len(model.vehicles), True, "changes"
    )
    price = model.scale.scaled(problem.change_cost * UNITS_PER_CENT)
    model.routing.GetDimensionOrDie("changes").SetSpanCostCoefficientForAllVehicles(price)


def _cap(model: OrtoolsModel, name: str, amount: Callable[[Stop], int]) -> None:
    caps = [getattr(vehicle, name) for vehicle in model.vehicles]
    if all(cap is None for cap in caps):
        return
    total = sum(amount(stop) for stop in model.stops)
    changes = [amount(stop) for stop in model.stops] + [0] * (model.size - len(model.stops))
    transit = model.routing.RegisterUnaryTransitVector(changes)
    most = [total if cap is None else min(cap, total) for cap in caps]
    model.routing.AddDimensionWithVehicleCapacity(transit, 0, most, True, name)


def _cap_trips(model: OrtoolsModel) -> None:
    """A trip ends on the way from a stop to a site, or home."""
    caps = [vehicle.max_trips for vehicle in model.vehicles]
    if all(cap is None for cap in caps):
        return
    stops, size = len(model.stops), model.size
    ends = [0] * stops + [1] * (size - stops)
    rows = [ends] * stops + [[0] * size] * (size - stops)
    transit = model.routing.RegisterTransitMatrix(rows)
    most = [stops if cap is None else min(cap, stops) for cap in caps]
    model.routing.AddDimensionWithVehicleCapacity(transit, 0, most, True, "trips")
