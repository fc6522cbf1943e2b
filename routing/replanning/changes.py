"""What a new plan changes, stop by stop, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.replanning.residual import Residual
from routing.replanning.situation import Situation
from routing.solution import Solution, UnassignedReason


class ChangeKind(StrEnum):
    """What happens to a stop."""

    MOVED = "moved"
    """Another truck than planned comes."""
    ADDED = "added"
    """A truck comes, and none was planned to."""
    LEFT_OUT = "left_out"
    """No truck comes any more."""
    DROPPED = "dropped"
    """No truck comes, as was asked for."""


class ChangeReason(StrEnum):
    """Why."""

    BROKEN_DOWN = "broken_down"
    """The truck that was to come has broken down."""
    EXTRA_STOP = "extra_stop"
    """It is new."""
    DROPPED_STOP = "dropped_stop"
    """It was dropped."""
    BETTER = "better"
    """The rest of the day as a whole gets better by more than the change costs: cheaper, or with fewer stops left
    out."""
    NOW_FITS = "now_fits"
    """It was left out of the plan, and has its place now."""
    NOT_SERVED = "not_served"
    """It finds no place any more; ``unassigned`` says which rule forbids it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One stop whose truck changes. ``before`` and ``after`` are vehicle ids; None: no truck."""

    stop_id: int
    kind: ChangeKind
    reason: ChangeReason
    before: int | None
    after: int | None
    unassigned: UnassignedReason | None = None


def changes_of(before: Solution, after: Solution, situation: Situation, rest: Residual) -> tuple[Change, ...]:
    """All changes between the plan that is being driven and that for the rest of the day, by stop id.

    An extra stop that is not served is told too, and so is every stop of a truck that has broken down.
    """
    planned = _vehicles(before)
    now = _vehicles(after)
    unassigned = {each.stop_id: each.reason for each in after.unassigned}
    broken = {each.vehicle.id for each in rest.progress if each.broken_down}
    extra = {stop.id for stop in situation.extra_stops}
    found = [
        Change(stop, ChangeKind.DROPPED, ChangeReason.DROPPED_STOP, planned.get(stop), None)
        for stop in situation.dropped_stops
    ]
    for stop in (stop.id for stop in rest.problem.stops if not stop.done):
        was, is_now = planned.get(stop), now.get(stop)
        if was == is_now and stop not in extra:
            continue
        if is_now is None:
            reason = ChangeReason.EXTRA_STOP if stop in extra else ChangeReason.NOT_SERVED
            if was in broken:
                reason = ChangeReason.BROKEN_DOWN
            found.append(Change(stop, ChangeKind.LEFT_OUT, reason, was, None, unassigned.get(stop)))
        elif was is None:
            reason = ChangeReason.EXTRA_STOP if stop in extra else ChangeReason.NOW_FITS
            found.append(Change(stop, ChangeKind.ADDED, reason, None, is_now))
        else:
            reason = ChangeReason.BROKEN_DOWN if was in broken else ChangeReason.BETTER
            found.append(Change(stop, ChangeKind.MOVED, reason, was, is_now))
    return tuple(sorted(found, key=lambda change: change.stop_id))


def _vehicles(solution: Solution) -> Mapping[int, int]:
    return {stop: route.vehicle_id for route in solution.routes for stop in route.stop_ids}
