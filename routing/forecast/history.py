"""What is known of one container: its readings, and the emptyings that drivers reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.observations import Quality
from routing.trust.corrections import Corrections
from routing.trust.readings import CODE, Readings


def _nothing() -> NDArray[np.float64]:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class FillHistory:
    """Readings of one container, sorted by time.

    Parameters
    ----------
    times_s, levels
        (n,): epoch seconds and shares of the capacity.
    good
        (n,): whether each message may be trusted by itself; False counts as out of range.
    emptied_s
        (m,): epoch seconds of the emptyings that drivers reported, sorted.
    observed_levels
        (m,): how full the drivers found it, NaN where none told; default: none did.
    quality
        (n,): codes of ``routing.trust.readings.QUALITIES`` in place of ``good``; default: from ``good``.
    sources
        (n,): which sensor each reading came from; default: one.
    capacity_l, capacity_from_s
        The capacities it has had, oldest first, and from when on; the first one from the beginning. Default: one.
    moved_s
        When it was last moved to another place; None: never.

    Raises
    ------
    InvalidInput
        When arrays that belong together differ in length, times are not sorted, or a capacity is not above 0.
    """

    times_s: NDArray[np.float64] = field(default_factory=_nothing)
    levels: NDArray[np.float64] = field(default_factory=_nothing)
    good: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    emptied_s: NDArray[np.float64] = field(default_factory=_nothing)
    observed_levels: NDArray[np.float64] | None = None
    quality: NDArray[np.uint8] | None = None
    sources: NDArray[np.int32] | None = None
    capacity_l: Sequence[float] = ()
    capacity_from_s: Sequence[float] = ()
    moved_s: float | None = None

    def __post_init__(self) -> None:
        for name, kind in (("times_s", float), ("levels", float), ("good", bool), ("emptied_s", float)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        if not len(self.times_s) == len(self.levels) == len(self.good):
            raise InvalidInput(
                f"{len(self.times_s)} times, {len(self.levels)} levels and {len(self.good)} quality marks",
                where="fill history",
                remedy="give one of each per reading",
            )
        if len(self.times_s) > 1 and np.any(np.diff(self.times_s) < 0):
            raise InvalidInput("readings must be sorted by time", where="fill history")
        if self.observed_levels is not None and len(self.observed_levels) != len(self.emptied_s):
            raise InvalidInput(
                f"{len(self.emptied_s)} emptyings and {len(self.observed_levels)} observed levels", where="fill history"
            )
        if len(self.capacity_from_s) != len(self.capacity_l):
            raise InvalidInput("one capacity for each moment from which it holds", where="fill history")
        if any(capacity <= 0 for capacity in self.capacity_l):
            raise InvalidInput(
                "a container has a capacity of 0 litres, of which no share can be full",
                where="fill history",
                remedy="correct the container's capacity",
            )


def table_of(histories: Sequence[FillHistory]) -> Readings:
    """The readings of many containers in one table, in the order given."""
    counts = [len(each.times_s) for each in histories]
    none = np.empty(0)
    quality = [
        each.quality if each.quality is not None else np.where(each.good, 0, CODE[Quality.RANGE]) for each in histories
    ]
    sources = [each.sources if each.sources is not None else np.zeros(len(each.times_s)) for each in histories]
    orders = [np.argsort(each.emptied_s, kind="stable") for each in histories]
    observed = [
        (each.observed_levels if each.observed_levels is not None else np.full(len(each.emptied_s), np.nan))[order]
        for each, order in zip(histories, orders, strict=True)
    ]
    return Readings(
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        times_s=np.concatenate([none, *(each.times_s for each in histories)]),
        levels=np.concatenate([none, *(_in_present_shares(each) for each in histories)]),
        quality=np.concatenate([none, *quality]).astype(np.uint8),
        sources=np.concatenate([none, *sources]).astype(np.int32),
        sighting_rows=np.repeat(np.arange(len(histories)), [len(each.emptied_s) for each in histories]),
        sightings_s=np.concatenate([none, *(e.emptied_s[o] for e, o in zip(histories, orders, strict=True))]),
        sighting_levels=np.concatenate([none, *observed]),
    )


def then_shares(found: Corrections, histories: Sequence[FillHistory]) -> Corrections:
    """Cleaned levels as shares of the capacity that each container had when they were read."""
    cleaned = found.cleaned.copy()
    for c in np.unique(found.rows).tolist():
        if len(histories[c].capacity_l) > 1:
            mine = found.rows == c
            cleaned[mine] /= _capacity_ratio(histories[c], found.times_s[mine])
    return replace(found, cleaned=cleaned)


def _in_present_shares(history: FillHistory) -> NDArray[np.float64]:
    """Levels before a change of capacity as shares of the present one."""
    if len(history.capacity_l) < 2:
        return history.levels
    return history.levels * _capacity_ratio(history, history.times_s)


def _capacity_ratio(history: FillHistory, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The capacity at some moments over the present one."""
    place = np.searchsorted(np.asarray(history.capacity_from_s, dtype=float), times_s, side="right") - 1
    capacity = np.asarray(history.capacity_l, dtype=float)
    return capacity[np.maximum(place, 0)] / capacity[-1]
