"""What the judgement says otherwise than the messages themselves: the few readings that are worth writing down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.trust.judged import Judged

LEAST_CHANGE = 0.005
"""A cleaned level that differs from the measured one by less is no correction: half a point."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """k readings; arrays (k,).

    ``rows``: their container; ``times_s``: epoch seconds; ``sources``: which sensor; ``quality``: uint8 code of
    ``readings.QUALITIES``; ``cleaned``: the level as it probably was, NaN where nothing is known of it or it is as
    measured.
    """

    rows: NDArray[np.int64]
    times_s: NDArray[np.float64]
    sources: NDArray[np.int32]
    quality: NDArray[np.uint8]
    cleaned: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    @staticmethod
    def none() -> Corrections:
        """Of no reading."""
        return Corrections(
            np.empty(0, np.int64), np.empty(0), np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0)
        )

    @staticmethod
    def joined(parts: Sequence[Corrections], offsets: Sequence[int]) -> Corrections:
        """Several one after the other, the rows of each moved by its offset."""
        moved = [part.rows + offset for part, offset in zip(parts, offsets, strict=True)]
        whole = {
            field.name: np.concatenate(
                [getattr(Corrections.none(), field.name), *(getattr(part, field.name) for part in parts)]
            )
            for field in fields(Corrections)
        }
        return Corrections(**{**whole, "rows": np.concatenate([np.empty(0, np.int64), *moved])})


def corrections(judged: Judged, *, from_s: float) -> Corrections:
    """The readings after ``from_s`` (epoch seconds) that are worth another quality or level than their message told."""
    readings = judged.readings
    differs = judged.quality != readings.quality
    with np.errstate(invalid="ignore"):
        moved = np.abs(judged.cleaned - readings.levels) > LEAST_CHANGE
    chosen = np.flatnonzero((differs | moved) & (readings.times_s > from_s))
    return Corrections(
        rows=readings.rows()[chosen],
        times_s=readings.times_s[chosen],
        sources=readings.sources[chosen],
        quality=judged.quality[chosen],
        cleaned=np.where(moved[chosen] | ~np.isfinite(readings.levels[chosen]), judged.cleaned[chosen], np.nan),
    )
