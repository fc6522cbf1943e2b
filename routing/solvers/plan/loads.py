"""What is in each compartment along an order of visits, and what the day's caps say to it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.plans import StepKind
from routing.problem import Visit
from routing.solution import Load
from routing.solvers.plan.index import Index
from routing.solvers.plan.rig import Rig


class Body:
    """A vehicle's compartments on their way: kilograms, litres and fractions (as bits) aboard."""

    __slots__ = ("_capacities", "aboard", "kg", "litres")

    _capacities: tuple[Load, ...]
    kg: list[int]
    litres: list[int]
    aboard: list[int]

    def __init__(self, rig: Rig) -> None:
        self._capacities = rig.capacities
        self.kg = [load.kg for load in rig.loads]
        self.litres = [load.l for load in rig.loads]
        self.aboard = list(rig.aboard)

    def copy(self) -> Body:
        """Another body that carries the same."""
        other = object.__new__(Body)
        other._capacities = self._capacities
        other.kg, other.litres, other.aboard = list(self.kg), list(self.litres), list(self.aboard)
        return other

    def collect(self, rig: Rig, stop_id: int) -> bool:
        """Load a stop; whether it fitted."""
        fits = True
        for number, kg, litres, fractions in rig.cargo[stop_id]:
            self.kg[number] += kg
            self.litres[number] += litres
            self.aboard[number] |= fractions
            capacity = self._capacities[number]
            fits = fits and self.kg[number] <= capacity.kg and self.litres[number] <= capacity.l
        return fits

    def fits(self, rig: Rig, stop_id: int) -> bool:
        """Whether a stop would fit now."""
        return all(
            self.kg[number] + kg <= self._capacities[number].kg
            and self.litres[number] + litres <= self._capacities[number].l
            for number, kg, litres, _ in rig.cargo[stop_id]
        )

    def empties(self, accepted: int) -> bool:
        """Whether a site that accepts these fractions (as bits) would empty anything."""
        return any(fractions and not fractions & ~accepted for fractions in self.aboard)

    def dispose(self, accepted: int) -> bool:
        """Empty every compartment whose contents are all accepted; whether there was one."""
        emptied = False
        for number, fractions in enumerate(self.aboard):
            if fractions and not fractions & ~accepted:
                self.kg[number] = self.litres[number] = self.aboard[number] = 0
                emptied = True
        return emptied

    @property
    def empty(self) -> bool:
        """Whether nothing is aboard."""
        return not any(self.aboard)

    def loads(self) -> tuple[Load, ...]:
        """One load for each compartment."""
        return tuple(map(Load, self.kg, self.litres))


def carries(index: Index, rig: Rig, visits: Sequence[Visit]) -> bool:
    """Whether compartments and caps allow these visits; disposals that empty nothing are not allowed.

    Only those of the vehicle's prefix are: what the driver was told before is not ours to judge.
    """
    return within_caps(index, rig, visits) and _carried(index, rig, visits, None)


def loads_along(index: Index, rig: Rig, visits: Sequence[Visit]) -> list[tuple[Load, ...]] | None:
    """Loads at the start and after each visit; None where compartments or caps do not allow the visits."""
    loads = [rig.loads]
    return loads if within_caps(index, rig, visits) and _carried(index, rig, visits, loads) else None


def _carried(index: Index, rig: Rig, visits: Sequence[Visit], loads: list[tuple[Load, ...]] | None) -> bool:
    body = Body(rig)
    told = len(rig.vehicle.prefix)
    for number, (kind, identifier) in enumerate(visits):
        if kind is StepKind.EMPTYING:
            if identifier not in rig.cargo or not body.collect(rig, identifier):
                return False
        elif not body.dispose(index.accepted[identifier]) and number >= told:
            return False
        if loads is not None:
            loads.append(body.loads())
    return body.empty or not rig.vehicle.ends_empty


def within_caps(index: Index, rig: Rig, visits: Sequence[Visit]) -> bool:
    """Whether the day's caps on trips, stops, kilograms and litres allow these visits."""
    vehicle = rig.vehicle
    if vehicle.max_trips is not None and trips(visits) > vehicle.max_trips:
        return False
    if vehicle.max_stops is None and vehicle.max_kg is None and vehicle.max_l is None:
        return True
    stops = [index.stops[visit.id] for visit in visits if visit.kind is StepKind.EMPTYING]
    return (
        (vehicle.max_stops is None or len(stops) <= vehicle.max_stops)
        and (vehicle.max_kg is None or sum(stop.kg for stop in stops) <= vehicle.max_kg)
        and (vehicle.max_l is None or sum(stop.l for stop in stops) <= vehicle.max_l)
    )


def trips(visits: Sequence[Visit]) -> int:
    """Runs of emptyings between two disposals."""
    found, before = 0, StepKind.DISPOSAL
    for kind, _ in visits:
        found += kind is StepKind.EMPTYING and before is StepKind.DISPOSAL
        before = kind
    return found
