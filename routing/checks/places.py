"""Places: steps are where their depot, stop or site is, ways lead between them, and the metres add up."""

from __future__ import annotations

from collections.abc import Iterator

from domain.plans import StepKind
from routing.checks.day import Day
from routing.checks.rules import Rule, Violation
from routing.solution import Step


def check_places(day: Day) -> Iterator[Violation]:
    """Everything about where a route leads."""
    yield from _check_steps(day)
    yield from _check_break_places(day)
    yield from _check_way(day)


def _check_steps(day: Day) -> Iterator[Violation]:
    for number, step in enumerate(day.steps):
        foreign = len(_ids(step) - {_ID_OF.get(step.kind)})
        if foreign:
            yield Violation(day.at(number), Rule.STEP_CONTRADICTED, foreign)
        if step.kind is StepKind.EMPTYING and day.stop_of(step) is None:
            yield Violation(day.at(number), Rule.UNKNOWN_STOP)
        elif step.kind is StepKind.DISPOSAL and day.site_of(step) is None:
            yield Violation(day.at(number), Rule.UNKNOWN_SITE)
        elif step.kind is not StepKind.BREAK and step.location != day.place_of(step):
            yield Violation(day.at(number), Rule.WRONG_PLACE)


_ID_OF = {
    StepKind.EMPTYING: "stop_id",
    StepKind.DISPOSAL: "disposal_site_id",
    StepKind.BREAK: "break_id",
}


def _ids(step: Step) -> set[str | None]:
    return {name for name in _ID_OF.values() if getattr(step, name) is not None}


def _check_break_places(day: Day) -> Iterator[Violation]:
    """A break is taken where the vehicle stands or where it goes next; once there, it does not go back."""
    here = day.steps[0].location
    for number, step in enumerate(day.steps):
        if step.kind is not StepKind.BREAK:
            here = step.location
            continue
        there = next(later.location for later in day.steps[number:] if later.kind is not StepKind.BREAK)
        if step.location not in (here, there):
            yield Violation(day.at(number), Rule.WRONG_PLACE)
        elif step.location == there:
            here = there


def _check_way(day: Day) -> Iterator[Violation]:
    metres = 0
    if day.steps[0].distance_m != 0:
        yield Violation(day.at(0), Rule.DISTANCE, abs(day.steps[0].distance_m))
    for number, leg in enumerate(day.legs(), start=1):
        if leg is None:
            yield Violation(day.at(number), Rule.NO_WAY)
            metres = day.steps[number].distance_m
            continue
        metres += leg.metres
        if day.steps[number].distance_m != metres:
            yield Violation(day.at(number), Rule.DISTANCE, abs(day.steps[number].distance_m - metres))
