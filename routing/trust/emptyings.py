"""Emptyings that the readings show, and what they say about those that drivers reported."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from domain.judged_emptyings import Verdict
from routing.trust.plateaus import Plateaus
from routing.trust.small_falls import FALL_OF_NOISE, LEAST_FALL

SAME_EMPTYING_S = 6 * 3600.0
"""A report so close to the interval in which the level fell means that emptying."""

STILL_FULL = 0.35
"""From this level on a container that was reported emptied is still full, not merely left with a residue."""


NEARLY_EMPTY = 0.12
"""So little is left of a container that was emptied whole."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenEmptyings:
    """Emptyings in E places of the readings, sorted by container and then by time; arrays (E,).

    ``from_s``, ``until_s``: the good readings before and after it, between which it happened (epoch seconds);
    ``before``, ``after``: the levels then; ``confidence``: probability that the container was really emptied, 0..1.
    """

    rows: NDArray[np.int64]
    from_s: NDArray[np.float64]
    until_s: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    confidence: NDArray[np.float64]


def between(
    plateaus: Plateaus,
    true: NDArray[np.bool_],
    times_s: NDArray[np.float64],
    *,
    tolerance: NDArray[np.float64],
    noise: NDArray[np.float64],
    reported: NDArray[np.bool_],
    handed: NDArray[np.bool_],
) -> SeenEmptyings:
    """The falls between successive true plateaus (``true`` (P,)); ``tolerance``, ``noise`` (C,), ``reported`` (n,).

    Where another sensor takes over (``handed`` (n,)) a fall is an emptying only if it leaves next to nothing, for two
    sensors need not agree.
    """
    chosen = np.flatnonzero(true)
    if len(chosen) < 2:
        none = np.empty(0)
        return SeenEmptyings(np.empty(0, dtype=np.int64), none, none, none, none, none)
    left, right = chosen[:-1], chosen[1:]
    drop = plateaus.end[left] - plateaus.begin[right]
    rows = plateaus.rows[right]
    told = reported[plateaus.first[right]]
    # What a driver told needs less to be believed.
    least = np.where(told, np.maximum(0.03, 2.5 * noise[rows]), tolerance[rows])
    found = (plateaus.rows[left] == rows) & (drop > least)
    found &= told | ~handed[plateaus.first[right]] | (plateaus.begin[right] < NEARLY_EMPTY)
    left, right, drop, rows, told = left[found], right[found], drop[found], rows[found], told[found]
    before, after = plateaus.end[left], plateaus.begin[right]
    support = np.minimum(plateaus.counts[right], 12)
    # Fitted by eye on simulated towns and checked there (tests/routing/trust): a deep fall to nearly nothing that
    # lasts is sure; a partial one that only a reading or two show is a guess.
    score = (
        -1.0
        + 4.0 * np.minimum(drop / np.maximum(tolerance[rows], 0.05) - 1, 2.0)
        + 0.35 * support
        - 3.0 * np.maximum(after - 0.15, 0.0) / 0.2
        + 3.0 * told
    )
    return SeenEmptyings(
        rows=rows,
        from_s=times_s[plateaus.last[left]],
        until_s=times_s[plateaus.first[right]],
        before=before,
        after=after,
        confidence=1 / (1 + np.exp(-np.clip(score, -6, 6))),
    )


def with_small_falls(
    seen: SeenEmptyings,
    at: NDArray[np.int64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    *,
    rows: NDArray[np.int64],
    times_s: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> SeenEmptyings:
    """The same with what :func:`routing.trust.small_falls.small_falls` found in good readings (``rows``, ``times_s``).

    What is more than half again as deep as noise reaches is sure; the shallowest of them are even.
    """
    if not len(at):
        return seen
    depth = (before - after) / np.maximum(LEAST_FALL, FALL_OF_NOISE * noise[rows[at]])
    score = 8.0 * np.minimum(depth - 1, 0.75)
    found = SeenEmptyings(rows[at], times_s[at - 1], times_s[at], before, after, 1 / (1 + np.exp(-score)))
    order = np.lexsort((np.concatenate([seen.until_s, found.until_s]), np.concatenate([seen.rows, found.rows])))
    return SeenEmptyings(
        **{
            field.name: np.concatenate([getattr(seen, field.name), getattr(found, field.name)])[order]
            for field in fields(SeenEmptyings)
        }
    )


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One emptying after readings and reports were laid side by side.

    ``row``: container; ``from_s``, ``until_s``: when, as an interval in epoch seconds; ``before``, ``after``: levels
    (None: not known); ``confidence``: probability that it was emptied; ``reported_s``: when a driver said so.
    """

    row: int
    from_s: float
    until_s: float
    verdict: Verdict
    confidence: float
    before: float | None
    after: float | None
    reported_s: float | None = None


def reconcile(
    seen: SeenEmptyings,
    *,
    report_rows: NDArray[np.int64],
    reports_s: NDArray[np.float64],
    reading_rows: NDArray[np.int64],
    reading_times_s: NDArray[np.float64],
    reading_levels: NDArray[np.float64],
) -> list[Reconciled]:
    """Lay seen and reported emptyings side by side, sorted by container and time.

    Parameters
    ----------
    report_rows, reports_s
        (m,): container and epoch seconds of what drivers reported.
    reading_rows, reading_times_s, reading_levels
        (k,): the good readings, sorted by container and time, cleaned.
    """
    span = 2.0**33
    keys = reading_rows * span + reading_times_s
    spare = set(range(len(seen.rows)))
    first, last = np.searchsorted(seen.rows, report_rows), np.searchsorted(seen.rows, report_rows, side="right")
    found: list[Reconciled] = []
    for row, at_s, low, high in zip(
        report_rows.tolist(), reports_s.tolist(), first.tolist(), last.tolist(), strict=True
    ):
        near = [
            (max(0.0, seen.from_s[e] - at_s, at_s - seen.until_s[e]), e)
            for e in range(low, high)
            if e in spare and seen.from_s[e] - SAME_EMPTYING_S <= at_s <= seen.until_s[e] + SAME_EMPTYING_S
        ]
        if near:
            e = min(near)[1]
            spare.discard(e)
            found.append(_as_seen(seen, e, Verdict.CONFIRMED, at_s))
            continue
        place = int(np.searchsorted(keys, row * span + at_s + 600.0))
        before = float(reading_levels[place - 1]) if place > 0 and reading_rows[place - 1] == row else None
        after = [
            float(reading_levels[p])
            for p in range(place, min(place + 3, len(keys)))
            if reading_rows[p] == row and reading_times_s[p] < at_s + 86_400.0
        ]
        level = float(np.median(after)) if after else None
        if level is None or before is None or before < STILL_FULL:
            # Nearly empty before: the readings cannot tell whether it was emptied.
            found.append(Reconciled(row, at_s, at_s, Verdict.UNSEEN, 0.9, before, level, at_s))
        elif level >= STILL_FULL:
            found.append(Reconciled(row, at_s, at_s, Verdict.MISSED, 0.15, before, level, at_s))
        else:
            found.append(Reconciled(row, at_s, at_s, Verdict.CONFIRMED, 0.9, before, level, at_s))
    found.extend(_as_seen(seen, e, Verdict.UNREPORTED, None) for e in sorted(spare))
    return sorted(found, key=lambda each: (each.row, each.from_s))


def _as_seen(seen: SeenEmptyings, e: int, verdict: Verdict, at_s: float | None) -> Reconciled:
    confidence = float(seen.confidence[e])
    return Reconciled(
        row=int(seen.rows[e]),
        from_s=float(seen.from_s[e]),
        until_s=float(seen.until_s[e]),
        verdict=verdict,
        confidence=confidence if at_s is None else 1 - (1 - confidence) * 0.1,
        before=float(seen.before[e]),
        after=float(seen.after[e]),
        reported_s=at_s,
    )
