"""A place on a street."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoadPoint:
    """A segment and a share (0..1) of its length, counted from ``segment_from``.

    Parameters
    ----------
    segment, share
        Where it lies.
    off_road_m
        How far the position that was snapped lies from it, metres.
    forward, backward
        Whether a truck may stop there while it drives along the segment, and against it.
    forward_s, backward_s
        What stopping in that direction costs besides, seconds, on arriving and again on leaving.
    """

    segment: int
    share: float
    off_road_m: float
    forward: bool = True
    backward: bool = True
    forward_s: float = 0.0
    backward_s: float = 0.0

    @property
    def place(self) -> tuple[float | bool, ...]:
        """What two points share that are the same place to a truck, wherever the positions stood."""
        return (self.segment, self.share, self.forward, self.backward, self.forward_s, self.backward_s)
