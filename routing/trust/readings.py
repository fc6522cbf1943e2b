"""Readings of many containers in one table: what the judgement works on, all containers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.observations import Quality

QUALITIES = tuple(Quality)
"""The order that quality codes number: ``QUALITIES[code]``; 0 is good."""

CODE: dict[Quality, int] = {quality: code for code, quality in enumerate(QUALITIES)}
"""The code of each quality."""


def _none() -> NDArray[np.float64]:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Fill levels of C containers, n readings in all, sorted by container and then by time.

    Parameters
    ----------
    starts
        int64 (C + 1,): the readings of container c are ``starts[c]:starts[c + 1]``.
    times_s
        float64 (n,): epoch seconds.
    levels
        float64 (n,): shares of the capacity as measured; may hold what is no number.
    quality
        uint8 (n,): codes of what ingest made of each message (see ``QUALITIES``).
    sources
        int32 (n,): which sensor each came from; two sensors of one container need not agree.
    sighting_rows, sightings_s, sighting_levels
        (m,): containers, epoch seconds and the levels that drivers saw before they emptied (NaN: none told), sorted by
        container and then by time. Each is a report of an emptying.

    Raises
    ------
    InvalidInput
        When arrays that belong together differ in length.
    """

    starts: NDArray[np.int64]
    times_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    quality: NDArray[np.uint8]
    sources: NDArray[np.int32]
    sighting_rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    sightings_s: NDArray[np.float64] = field(default_factory=_none)
    sighting_levels: NDArray[np.float64] = field(default_factory=_none)

    def __post_init__(self) -> None:
        counts = {len(self.times_s), len(self.levels), len(self.quality), len(self.sources)}
        if len(counts) > 1 or int(self.starts[-1]) not in counts:
            raise InvalidInput("times, levels, quality and sources differ in length", where="readings")
        if len({len(self.sighting_rows), len(self.sightings_s), len(self.sighting_levels)}) > 1:
            raise InvalidInput("the reported emptyings' arrays differ in length", where="readings")

    @property
    def containers(self) -> int:
        """How many containers there are."""
        return len(self.starts) - 1

    def rows(self) -> NDArray[np.int64]:
        """The container of each reading: int64 (n,)."""
        return np.repeat(np.arange(self.containers), np.diff(self.starts))

    def taken(self, containers: NDArray[np.int64], *, until_s: float = np.inf) -> Readings:
        """The same of some containers, in the order given, with what happened until a moment."""
        starts_at = self.starts.tolist()
        kept = [
            np.arange(
                starts_at[c],
                starts_at[c] + int(np.searchsorted(self.times_s[starts_at[c] : starts_at[c + 1]], until_s, "right")),
            )
            for c in containers.tolist()
        ]
        chosen = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum([len(each) for each in kept])]).astype(np.int64)
        seen = [np.flatnonzero((self.sighting_rows == c) & (self.sightings_s <= until_s)) for c in containers.tolist()]
        seen_at = np.concatenate(seen) if seen else np.empty(0, dtype=np.int64)
        return Readings(
            starts=starts,
            times_s=self.times_s[chosen],
            levels=self.levels[chosen],
            quality=self.quality[chosen],
            sources=self.sources[chosen],
            sighting_rows=np.repeat(np.arange(len(containers)), [len(each) for each in seen]),
            sightings_s=self.sightings_s[seen_at],
            sighting_levels=self.sighting_levels[seen_at],
        )

    def between(self, from_s: float, until_s: float) -> Readings:
        """The same containers with what happened after ``from_s`` and until ``until_s`` (epoch seconds)."""
        kept = (self.times_s > from_s) & (self.times_s <= until_s)
        seen = (self.sightings_s > from_s) & (self.sightings_s <= until_s)
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts].astype(np.int64)
        return Readings(
            starts=starts,
            times_s=self.times_s[kept],
            levels=self.levels[kept],
            quality=self.quality[kept],
            sources=self.sources[kept],
            sighting_rows=self.sighting_rows[seen],
            sightings_s=self.sightings_s[seen],
            sighting_levels=self.sighting_levels[seen],
        )

    @staticmethod
    def joined(parts: Sequence[Readings]) -> Readings:
        """The containers of several tables one after the other."""
        offsets = np.cumsum([0, *(len(part.times_s) for part in parts)])
        rows = np.cumsum([0, *(part.containers for part in parts)])
        return Readings(
            starts=np.concatenate(
                [[0], *(part.starts[1:] + offset for part, offset in zip(parts, offsets, strict=False))]
            ).astype(np.int64),
            times_s=np.concatenate([np.empty(0), *(part.times_s for part in parts)]),
            levels=np.concatenate([np.empty(0), *(part.levels for part in parts)]),
            quality=np.concatenate([np.empty(0, np.uint8), *(part.quality for part in parts)]),
            sources=np.concatenate([np.empty(0, np.int32), *(part.sources for part in parts)]),
            sighting_rows=np.concatenate(
                [np.empty(0, np.int64), *(p.sighting_rows + row for p, row in zip(parts, rows, strict=False))]
            ),
            sightings_s=np.concatenate([np.empty(0), *(part.sightings_s for part in parts)]),
            sighting_levels=np.concatenate([np.empty(0), *(part.sighting_levels for part in parts)]),
        )


def sort_keys(rows: NDArray[np.int64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """One number that sorts by container and then by time, to the microsecond for a million containers."""
    return rows * 2.0**33 + times_s
