"""Loads: what is in each compartment at each step, and how much a vehicle may take in a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.containers import Fraction
from domain.plans import StepKind
from routing.checks.day import Day
from routing.checks.rules import Rule, Violation
from routing.problem import Amount
from routing.solution import Step
from routing.vehicle import Compartment


@dataclass(slots=True)
class _Hold:
    """What lies in one compartment."""

    compartment: Compartment
    kg: int = 0
    litres: int = 0
    contents: set[Fraction] = field(default_factory=set[Fraction])

    def clear(self) -> None:
        self.kg = self.litres = 0
        self.contents.clear()


def check_loads(day: Day) -> Iterator[Violation]:
    """Everything about what a vehicle carries."""
    yield from _check_holds(day)
    yield from _check_day(day)


def _check_holds(day: Day) -> Iterator[Violation]:
    holds = [_Hold(compartment) for compartment in day.vehicle.compartments]
    _take(holds, day.vehicle.initial_load)
    visits = 0
    for number, step in enumerate(day.steps):
        place = day.at(number)
        visits += step.kind in (StepKind.EMPTYING, StepKind.DISPOSAL)
        stop, site = day.stop_of(step), day.site_of(step)
        if stop is not None:
            foreign = _take(holds, stop.amounts)
            if foreign:
                yield Violation(place, Rule.FRACTION, foreign)
            yield from _check_capacities(place, holds, stop.fractions)
        if site is not None:
            emptied = [hold for hold in holds if hold.contents and hold.contents <= site.fractions]
            for hold in emptied:
                hold.clear()
            # What the driver was told before is not the plan's to judge.
            if not emptied and visits > len(day.vehicle.prefix):
                yield Violation(place, Rule.DISPOSAL_USELESS)
        yield from _compare(place, step, holds)
    if day.vehicle.ends_empty and any(hold.contents for hold in holds):
        kg, litres = sum(hold.kg for hold in holds), sum(hold.litres for hold in holds)
        yield Violation(day.at(len(day.steps) - 1), Rule.NOT_EMPTY, kg or litres or 1)


def _take(holds: list[_Hold], amounts: Iterable[Amount]) -> int:
    """Put each fraction where it belongs; returns how many belong nowhere."""
    foreign = 0
    for amount in amounts:
        hold = next((hold for hold in holds if amount.fraction in hold.compartment.fractions), None)
        if hold is None:
            foreign += 1
            continue
        hold.kg += amount.kg
        hold.litres += amount.l
        hold.contents.add(amount.fraction)
    return foreign


def _check_capacities(place: str, holds: list[_Hold], taken: frozenset[Fraction]) -> Iterator[Violation]:
    for number, hold in enumerate(holds):
        if not hold.compartment.fractions & taken:
            continue
        where = place if len(holds) == 1 else f"{place}, compartment {number}"
        if hold.kg > hold.compartment.capacity_kg:
            yield Violation(where, Rule.CAPACITY_KG, hold.kg - hold.compartment.capacity_kg)
        if hold.litres > hold.compartment.capacity_l:
            yield Violation(where, Rule.CAPACITY_L, hold.litres - hold.compartment.capacity_l)


def _compare(place: str, step: Step, holds: list[_Hold]) -> Iterator[Violation]:
    if len(step.loads) != len(holds):
        yield Violation(place, Rule.LOAD, abs(len(step.loads) - len(holds)))
        return
    for number, (stated, hold) in enumerate(zip(step.loads, holds, strict=True)):
        for one, other in ((stated[0], hold.kg), (stated[1], hold.litres)):
            if one != other:
                yield Violation(f"{place}, compartment {number}", Rule.LOAD, abs(one - other))


def _check_day(day: Day) -> Iterator[Violation]:
    trips = stops = kg = litres = 0
    collecting = False
    for step in day.steps:
        if step.kind is StepKind.EMPTYING:
            trips += not collecting
            collecting = True
            stops += 1
            stop = day.stop_of(step)
            kg += sum(amount.kg for amount in stop.amounts) if stop else 0
            litres += sum(amount.l for amount in stop.amounts) if stop else 0
        elif step.kind is StepKind.DISPOSAL:
            collecting = False
    vehicle = day.vehicle
    for rule, value, most in (
        (Rule.TRIPS, trips, vehicle.max_trips),
        (Rule.DAY_STOPS, stops, vehicle.max_stops),
        (Rule.DAY_KG, kg, vehicle.max_kg),
        (Rule.DAY_L, litres, vehicle.max_l),
    ):
        if most is not None and value > most:
            yield Violation(day.place, rule, value - most)
