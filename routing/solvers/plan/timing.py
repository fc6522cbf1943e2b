"""When to leave and where to take breaks, for places in a fixed order: the shortest time from departure to return."""

from __future__ import annotations

from collections.abc import Sequence

from routing.problem import Vehicle
from routing.solvers.plan.timetable import Pause, Place, Timing
from routing.solvers.plan.walk import Walk

_NEVER = 10**12


def timing(vehicle: Vehicle, places: Sequence[Place]) -> Timing | None:
    """The shortest way through these places, the last of which is the vehicle's end; None where there is none.

    Exact, but for the cap on the ways that a :class:`Walk` keeps. Of equally short ones the earliest return.
    """
    drive_s = sum(place.leg_s for place in places)
    rule = vehicle.driving_rule
    rests = rule is not None and rule.driven_s + drive_s > rule.driving_s
    if not rests and not any(place.windows or place.leave_s for place in places):
        if not vehicle.breaks:
            return _within(vehicle, vehicle.starts_s, drive_s + sum(place.busy_s for place in places), ())
        if not any(each.time_windows for each in vehicle.breaks):
            return _unhurried(vehicle, places)
    if not rests and not vehicle.breaks and all(len(place.windows) < 2 for place in places):
        return _single(vehicle, places)
    return Walk(vehicle, rests=rests).through(places, drive_s)


def _within(vehicle: Vehicle, departs_s: int, duration_s: int, pauses: tuple[Pause, ...]) -> Timing | None:
    if departs_s + duration_s > vehicle.ends_s or duration_s > vehicle.longest_s:
        return None
    return Timing(departs_s, departs_s + duration_s, pauses)


def _unhurried(vehicle: Vehicle, places: Sequence[Place]) -> Timing | None:
    """Breaks at any time, and nothing else to mind: in the middle of the day."""
    total_s = sum(place.leg_s + place.busy_s for place in places)
    passed_s, middle = 0, 0
    for number, place in enumerate(places):
        middle = number
        if 2 * passed_s >= total_s:
            break
        passed_s += place.leg_s + place.busy_s
    pauses = tuple(Pause(middle, False, number) for number in range(len(vehicle.breaks)))
    duration_s = total_s + sum(each.duration_s for each in vehicle.breaks)
    return _within(vehicle, vehicle.starts_s, duration_s, pauses)


def _single(vehicle: Vehicle, places: Sequence[Place]) -> Timing | None:
    """At most one window a place and no pauses: there is only one way."""
    ready, work, latest = vehicle.starts_s, 0, _NEVER
    for leg_s, busy_s, windows, leave_s in places:
        ready = max(ready, leave_s) + leg_s
        work += leg_s
        if windows:
            opens, closes = windows[0]
            if ready > closes:
                return None
            latest = min(latest, closes - work)
            ready = max(ready, opens)
        ready += busy_s
        work += busy_s
    departs_s = min(latest, ready - work)
    if ready > vehicle.ends_s or ready - departs_s > vehicle.longest_s:
        return None
    return Timing(departs_s, ready, ())
