"""A lot of containers, judged and added up: so many at once as fit into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S, WasteClock
from routing.forecast.growth import Sums, seen
from routing.forecast.history import FillHistory, table_of, then_shares
from routing.forecast.state import LAG_DAYS
from routing.forecast.waste_since import WasteSince, waste_since
from routing.trust.battery import Battery
from routing.trust.corrections import Corrections, corrections
from routing.trust.emptyings import Reconciled, reconcile
from routing.trust.health import Finding, health
from routing.trust.judge import judge
from routing.trust.judged import Judged, newest
from routing.trust.score import sensor_trust

LONGEST_DAYS = 120.0
"""The calendar reaches so far back for containers that have been silent."""

MOVED_SHARE = 0.2
"""What a container filled at another place counts so much."""

NEWEST = 60
"""So many readings of each container are kept to tell its level."""


@dataclass(frozen=True, slots=True, eq=False)
class Lot:
    """What became of some of the containers: sums until now and until what is kept, and their newest readings."""

    sums: Sums
    kept: Sums
    newest: Judged
    health: list[Finding]
    trust: NDArray[np.float64]
    sources: NDArray[np.int32]
    heard_s: NDArray[np.float64]
    emptyings: list[Reconciled]
    corrections: Corrections
    waste: WasteSince | None


def judged_lot(
    known: Sequence[FillHistory],
    groups: NDArray[np.int64],
    clock: WasteClock,
    before: Sums,
    *,
    at_s: float,
    batteries: Mapping[int, Battery],
    corrections_from_s: float,
    since_s: NDArray[np.float64] | None = None,
) -> Lot:
    """Judge the readings of some containers, and add what they show to the sums of ``before``.

    Parameters
    ----------
    groups
        (C,): the group of each container.
    at_s
        Nothing later is looked at, epoch seconds.
    batteries, corrections_from_s, since_s
        As :func:`routing.forecast.outlooks.outlook` has them; ``since_s`` (C,).
    """
    judged = judge(table_of(known).between(-np.inf, at_s))
    readings = judged.readings
    kept_s = at_s - LAG_DAYS * DAY_S
    kept = before if before.until_s >= kept_s else _added(before, judged, clock, groups, until_s=kept_s)
    sums = _added(kept, judged, clock, groups, until_s=at_s)
    moved_s = np.array([np.nan if each.moved_s is None else each.moved_s for each in known])
    moved = np.nan_to_num(moved_s, nan=-np.inf) > at_s - LONGEST_DAYS * DAY_S
    if moved.any():
        # What it did elsewhere says little; what it has done since counts as it is.
        nothing = Sums.nothing(len(known), -np.inf)
        since = _added(nothing, judged, clock, groups, until_s=at_s, from_s=moved_s)
        sums = sums.forgotten(moved, share=MOVED_SHARE).plus(since.only(moved).forgotten(moved, share=1 - MOVED_SHARE))
    good = judged.good
    emptyings = reconcile(
        judged.seen,
        report_rows=readings.sighting_rows,
        reports_s=readings.sightings_s,
        reading_rows=readings.rows()[good],
        reading_times_s=readings.times_s[good],
        reading_levels=judged.cleaned[good],
    )
    has = np.diff(readings.starts) > 0
    sources, heard_s = np.full(len(known), -1, dtype=np.int32), np.full(len(known), np.nan)
    sources[has] = readings.sources[readings.starts[1:][has] - 1]
    heard_s[has] = readings.times_s[readings.starts[1:][has] - 1]
    return Lot(
        sums=sums,
        kept=kept,
        newest=newest(judged, count=NEWEST),
        health=health(
            judged,
            at_s=at_s,
            reconciled=emptyings,
            batteries=[batteries.get(source) for source in sources.tolist()],
        ),
        trust=sensor_trust(judged),
        sources=sources,
        heard_s=heard_s,
        emptyings=emptyings,
        corrections=then_shares(corrections(judged, from_s=corrections_from_s), known),
        waste=None if since_s is None else waste_since(judged, clock, groups, since_s),
    )


def _added(
    before: Sums,
    judged: Judged,
    clock: WasteClock,
    groups: NDArray[np.int64],
    *,
    until_s: float,
    from_s: NDArray[np.float64] | None = None,
) -> Sums:
    """The sums until a moment: those before and what was seen since; ``from_s`` (C,) leaves out what was earlier."""
    new = seen(judged, clock, groups, from_s=before.until_s, until_s=until_s, not_before_s=from_s)
    return new if before.until_s == -np.inf else before.plus(new)
