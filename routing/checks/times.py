"""Times: the clock of a route, the windows that it must meet, and how long the day may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.plans import StepKind
from routing.checks.day import Day
from routing.checks.rules import Rule, Violation
from routing.problem import TimeWindow
from routing.solution import Step


def check_times(day: Day) -> Iterator[Violation]:
    """Everything about when a route does what."""
    yield from _check_arrivals(day)
    yield from _check_stays(day)
    yield from _check_windows(day)
    yield from _check_releases(day)
    yield from _check_shift(day)


def _check_arrivals(day: Day) -> Iterator[Violation]:
    for number, leg in enumerate(day.legs(), start=1):
        previous, step = day.steps[number - 1], day.steps[number]
        if leg is None:
            continue  # told as no way
        leaves_s = _done_s(previous)
        if step.arrival_s != leaves_s + leg.seconds:
            yield Violation(day.at(number), Rule.TIME, abs(step.arrival_s - leaves_s - leg.seconds))


def _done_s(step: Step) -> int:
    return step.arrival_s + step.waiting_s + step.setup_s + step.service_s + step.hold_s


def _check_stays(day: Day) -> Iterator[Violation]:
    """How long the vehicle waits, sets up and serves."""
    before: Step | None = None  # the step before, breaks aside
    for number, step in enumerate(day.steps):
        at_depot = step.kind in (StepKind.START, StepKind.END)
        if step.waiting_s < 0 or (at_depot and step.waiting_s):
            yield Violation(day.at(number), Rule.TIME, abs(step.waiting_s))
        if step.hold_s < 0 or (step.hold_s and step.kind not in (StepKind.DISPOSAL, StepKind.BREAK)):
            yield Violation(day.at(number), Rule.TIME, abs(step.hold_s))
        stop, site = day.stop_of(step), day.site_of(step)
        setup_s = stop.setup_s if stop is not None and before is not None and before.location != step.location else 0
        known = at_depot or stop is not None or site is not None
        if (known or step.kind is StepKind.BREAK) and step.setup_s != setup_s:
            yield Violation(day.at(number), Rule.SETUP, abs(step.setup_s - setup_s))
        service_s = stop.service_s if stop is not None else site.service_s if site is not None else 0
        if known and step.service_s != service_s:
            yield Violation(day.at(number), Rule.SERVICE, abs(step.service_s - service_s))
        if step.kind is not StepKind.BREAK:
            before = step


def _check_windows(day: Day) -> Iterator[Violation]:
    breaks = {each.id: each for each in day.vehicle.breaks}
    for number, step in enumerate(day.steps):
        bound = day.stop_of(step) or day.site_of(step)
        if step.kind is StepKind.BREAK and step.break_id is not None:
            bound = breaks.get(step.break_id)
        outside_s = 0 if bound is None else seconds_outside(bound.time_windows, step.arrival_s + step.waiting_s)
        if outside_s:
            yield Violation(day.at(number), Rule.WINDOW, outside_s)


def _check_releases(day: Day) -> Iterator[Violation]:
    """Each trip leaves where it begins, after breaks there, no earlier than all of its stops are released."""
    begins, latest_s = 0, 0
    for number, step in enumerate(day.steps):
        stop = day.stop_of(step)
        if stop is not None:
            latest_s = max(latest_s, stop.release_s)
        if step.kind in (StepKind.DISPOSAL, StepKind.END):
            too_early_s = latest_s - _leaves_s(day, begins)
            if latest_s and too_early_s > 0:
                yield Violation(day.at(begins), Rule.RELEASE, too_early_s)
            begins, latest_s = number, 0


def _leaves_s(day: Day, begins: int) -> int:
    if begins == 0 and day.vehicle.departed_s is not None:
        return day.vehicle.departed_s
    last = begins
    while day.steps[last + 1].kind is StepKind.BREAK and day.steps[last + 1].location == day.steps[begins].location:
        last += 1
    return _done_s(day.steps[last])


def seconds_outside(windows: Sequence[TimeWindow], begins_s: int) -> int:
    """How far a moment lies from the nearest window; 0 within one, or where there are none."""
    return min((max(opens - begins_s, begins_s - closes, 0) for opens, closes in windows), default=0)


def _check_shift(day: Day) -> Iterator[Violation]:
    vehicle = day.vehicle
    leaves_s, returns_s = day.steps[0].arrival_s, day.steps[-1].arrival_s
    for outside_s in (vehicle.starts_s - leaves_s, returns_s - vehicle.ends_s):
        if outside_s > 0:
            yield Violation(day.place, Rule.SHIFT, outside_s)
    if vehicle.max_duration_s is not None:
        too_long_s = returns_s - leaves_s - vehicle.max_duration_s - vehicle.max_overtime_s
        if too_long_s > 0:
            yield Violation(day.place, Rule.DURATION, too_long_s)
