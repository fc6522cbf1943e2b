"""A clock that stands still while drivers have their break: for engines that know no breaks.

Where all vehicles take the same breaks, each is thought to begin at one time within its window, and all times after it
are told earlier by its length. An engine then plans without breaks, and the exact schedule puts them in again, near
the time that was left free. Where vehicles take different breaks, only their shifts are shortened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.problem import LATEST_S, Break, Vehicle

NARROW_S = 600
"""A break whose windows are narrower than this takes so much waiting with it, about half the time between two stops."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Times without breaks. ``stops``: (time, length) of the breaks that all vehicles take, in order."""

    stops: tuple[tuple[int, int], ...] = ()

    def told(self, time_s: int) -> int:
        """What this clock tells at ``time_s``."""
        if time_s >= LATEST_S:
            return time_s
        passed_s = sum(min(length_s, time_s - begins_s) for begins_s, length_s in self.stops if time_s > begins_s)
        return time_s - passed_s


def clock_of(vehicles: Sequence[Vehicle]) -> Clock:
    """The clock of these vehicles: one that never stands still where their breaks differ."""
    if len({vehicle.breaks for vehicle in vehicles}) != 1 or not vehicles[0].breaks:
        return Clock()
    starts_s, ends_s = min(v.starts_s for v in vehicles), max(v.ends_s for v in vehicles)
    stops: list[tuple[int, int]] = []
    for number, each in enumerate(vehicles[0].breaks):
        earliest_s, latest_s = _hull(each, starts_s, ends_s, (number + 1) / (len(vehicles[0].breaks) + 1))
        begins_s = (earliest_s + latest_s) // 2
        if stops:
            begins_s = max(begins_s, sum(stops[-1]))
        stops.append((begins_s, each.duration_s + lost_s(each)))
    return Clock(tuple(stops))


def lost_s(taken: Break) -> int:
    """Waiting that a break takes with it, because it can only begin between two steps."""
    if not taken.time_windows:
        return 0
    return max(0, NARROW_S - max(end_s - start_s for start_s, end_s in taken.time_windows))


def paused_s(vehicle: Vehicle) -> int:
    """How much of a vehicle's shift its breaks take."""
    return sum(each.duration_s + lost_s(each) for each in vehicle.breaks)


def _hull(taken: Break, starts_s: int, ends_s: int, share: float) -> tuple[int, int]:
    """Between when a break begins; one without windows at its share of the shift."""
    if not taken.time_windows:
        middle_s = int(starts_s + share * (ends_s - starts_s))
        return middle_s, middle_s
    earliest_s, latest_s = max(taken.time_windows, key=lambda window: min(window[1], ends_s) - max(window[0], starts_s))
    return max(earliest_s, starts_s), max(min(latest_s, ends_s), earliest_s)
