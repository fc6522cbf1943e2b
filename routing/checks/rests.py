"""Breaks: each of the vehicle's own once and in order, and a rest after so much driving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from domain.plans import StepKind
from routing.checks.day import Day
from routing.checks.rules import Rule, Violation


def check_breaks(day: Day) -> Iterator[Violation]:
    """Everything about breaks, except their windows (times) and where they are taken (places)."""
    yield from _check_own(day)
    yield from _check_lengths(day)
    yield from _check_driving(day)


def _check_own(day: Day) -> Iterator[Violation]:
    order = {each.id: number for number, each in enumerate(day.vehicle.breaks)}
    taken = [step.break_id for step in day.steps if step.kind is StepKind.BREAK and step.break_id in order]
    times = Counter(taken)
    for identifier in order:
        place = f"{day.place}, break {identifier}"
        if not times[identifier]:
            yield Violation(place, Rule.BREAK_MISSING)
        elif times[identifier] > 1:
            yield Violation(place, Rule.BREAK_TWICE, times[identifier] - 1)
    too_early = sum(order[one] > order[next_one] for one, next_one in pairwise(i for i in taken if i is not None))
    if too_early:
        yield Violation(day.place, Rule.BREAK_ORDER, too_early)


def _check_lengths(day: Day) -> Iterator[Violation]:
    rule = day.vehicle.driving_rule
    lengths_s: dict[int | None, int] = {each.id: each.duration_s for each in day.vehicle.breaks}
    if rule is not None:
        lengths_s[None] = rule.rest_s
    for number, step in enumerate(day.steps):
        if step.kind is not StepKind.BREAK:
            continue
        length_s = lengths_s.get(step.break_id)
        if length_s is None:
            yield Violation(day.at(number), Rule.UNKNOWN_BREAK)
        elif step.service_s != length_s:
            yield Violation(day.at(number), Rule.SERVICE, abs(step.service_s - length_s))


def _check_driving(day: Day) -> Iterator[Violation]:
    """Each stretch between two rests is told once, where it ends, with all that it is too long."""
    rule = day.vehicle.driving_rule
    if rule is None:
        return
    driven_s = rule.driven_s
    for number, leg in enumerate(day.legs(), start=1):
        step = day.steps[number]
        driven_s += 0 if leg is None else leg.seconds
        rests = step.kind is StepKind.BREAK and step.service_s >= rule.rest_s
        if rests or step.kind is StepKind.END:
            if driven_s > rule.driving_s:
                yield Violation(day.at(number), Rule.DRIVING, driven_s - rule.driving_s)
            driven_s = 0
