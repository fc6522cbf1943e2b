"""Where vehicles that are out already go on from."""

from __future__ import annotations

from dataclasses import dataclass

from domain.containers import Fraction
from routing.problem import LATEST_S, DisposalSite, TimeWindow, Vehicle
from routing.solvers.plan.index import Index
from routing.solvers.plan.releases import leaves


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a vehicle that is out already goes on from, once it has made the visits of its prefix.

    PyVRP sees one stop that only this vehicle can reach: from the vehicle's ``start`` to ``entry``, then ``service_s``
    until it is done at ``exit``, with ``kg`` and ``l`` in each compartment.
    """

    entry: int
    exit: int
    window: TimeWindow
    service_s: int
    kg: tuple[int, ...]
    l: tuple[int, ...]  # noqa: E741 - litres
    stops: int
    runs: int
    total_kg: int
    total_l: int


def anchor_of(index: Index, vehicle: Vehicle) -> Anchor | None:
    """Where a vehicle goes on from; None if it is still in the yard with nothing fixed."""
    if not vehicle.prefix and not vehicle.under_way:
        return None
    matrix = index.problem.matrix_of(vehicle)
    kg, litres = vehicle.loads()
    aboard: list[set[Fraction]] = [set() for _ in vehicle.compartments]
    for amount in vehicle.initial_load:
        aboard[vehicle.compartment_of(amount.fraction) or 0].add(amount.fraction)
    here, begins_s, departs_s = vehicle.start, vehicle.starts_s, vehicle.starts_s
    entry, first_s, slack_s, runs, running = vehicle.start, vehicle.starts_s, LATEST_S, 0, False
    stops = total_kg = total_l = 0
    leave_s = leaves(index, vehicle, vehicle.prefix) or {}
    for number, visit in enumerate(vehicle.prefix):
        place = index.place_of(visit)
        begins_s = max(departs_s, leave_s.get(number, 0)) + int(matrix.durations_s[here, place.location])
        opening = next((window for window in place.time_windows if begins_s <= window[1]), None)
        if opening is not None:
            begins_s = max(begins_s, opening[0])
            slack_s = min(slack_s, opening[1] - begins_s)
        if number == 0:
            entry, first_s = place.location, begins_s
        departs_s = begins_s + place.service_s
        if isinstance(place, DisposalSite):
            runs, running = runs + running, False
            for number_of, contents in enumerate(aboard):
                if contents and contents <= place.fractions:
                    kg[number_of] = litres[number_of] = 0
                    contents.clear()
        else:
            departs_s += place.setup_s if place.location != here else 0
            running = True
            stops, total_kg, total_l = stops + 1, total_kg + place.kg, total_l + place.l
            for amount in place.amounts:
                number_of = vehicle.compartment_of(amount.fraction) or 0
                aboard[number_of].add(amount.fraction)
                kg[number_of] += amount.kg
                litres[number_of] += amount.l
        here = place.location
    return Anchor(
        entry,
        here,
        (first_s, min(LATEST_S, first_s + slack_s)),
        departs_s - first_s,
        tuple(kg),
        tuple(litres),
        stops,
        runs,
        total_kg,
        total_l,
    )
