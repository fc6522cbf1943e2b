"""The words of timing: places on the way, pauses, and when a vehicle departs and returns."""

from __future__ import annotations

from typing import NamedTuple

from routing.problem import TimeWindow


class Place(NamedTuple):
    """A place on the way: seconds of the leg that leads to it, of setup and service there, and its windows.

    ``leave_s``: the leg that leads to it begins no earlier.
    """

    leg_s: int
    busy_s: int
    windows: tuple[TimeWindow, ...]
    leave_s: int = 0


class Pause(NamedTuple):
    """A break (by its position in the vehicle's list) or a rest (None), on the leg to place ``leg``.

    Taken before that leg, or after it on arrival.
    """

    leg: int
    on_arrival: bool
    number: int | None


class Timing(NamedTuple):
    """Departure and return in seconds; pauses in their order."""

    departs_s: int
    returns_s: int
    pauses: tuple[Pause, ...]

    @property
    def duration_s(self) -> int:
        """Seconds from departure to return."""
        return self.returns_s - self.departs_s
