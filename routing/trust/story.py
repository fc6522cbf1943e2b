"""The likeliest story of a container: which of its plateaus are true, and where it was emptied.

Waste does not vanish without an emptying and seldom leaps, sensors sometimes see another thing than the waste. Of all
ways to call some plateaus true and the others false, the one of least cost is taken (dynamic programming over the
plateaus); a cost is minus the logarithm of a probability, in nats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

EMPTYING = 4.0
"""An emptying at a given reading: about one in three days of hourly readings; fitted on simulated towns."""
EMPTYING_REPORTED = 0.3
"""One that a driver reported."""
NOT_EMPTIED = 2.5
"""A driver reported an emptying, and the level did not fall."""
PARTIAL, PARTIAL_FROM = 14.0, 0.12
"""An emptying that leaves more than ``PARTIAL_FROM`` behind costs so much more for each full container left."""
MOST_PARTIAL = 5.0

LEAP_SCALE, LEAP_SCALE_OF_RATE = 0.05, 0.1
"""A leap in excess of what the rate lets expect costs 1 for each so many shares of the capacity."""
MOST_LEAP = 12.0

SPIKE, EPISODE, KNOWN_EPISODE = 4.0, 6.5, 4.0
"""A false plateau of one or two readings, a longer one, and one of a sensor that is known to see false echoes."""
FALSE_READING, KNOWN_FALSE_READING = 0.1, 0.05
"""What each reading of a false plateau adds."""
LOW_EPISODE, LOW_READING = 3.0, 0.2
"""What is added where a false plateau of three readings or more lies below the true ones around it, and for each of its
readings: the nearest echo counts, so another thing than the waste is nearer than it, not farther."""

UNLIKE_SIGHTING, MOST_UNLIKE = 10.0, 6.0
"""A true plateau that ends otherwise than the driver saw, beyond two tenths: for each full container of difference."""

FLAT_SCALE, MOST_FLAT = 0.05, 4.0
"""A true plateau that grows less than half of what the rate lets expect beyond its first ``FLAT_DAYS`` costs 1 for
each so many shares of the capacity that are lacking: a fixed thing does not grow, waste does."""
FLAT_DAYS = 0.5
FULL = 0.95
"""What is full stays so."""

ECHO_ALIKE = 0.05
"""False echoes within so much of each other come from the same fixed thing."""

SIGHTING_DOUBT = 0.2
WINDOW = 12
"""So many plateaus in a row may be false at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A plateau: epoch seconds and levels of its two ends, and the number of its readings.

    ``reports``: whether a driver reported an emptying between the piece before and this one; ``sighting``: the level
    that the last of these drivers saw (NaN: none told); ``other_source``: another sensor than before.
    """

    from_s: float
    until_s: float
    begin: float
    end: float
    count: int
    reported: bool = False
    sighting: float = math.nan
    other_source: bool = False


def likeliest(  # noqa: PLR0912 - one loop over pairs of pieces, kept together for speed
    pieces: Sequence[Piece],
    *,
    rate: float,
    tolerance: float,
    grows: bool,
    echoing: bool = False,
    echo_level: float = math.nan,
) -> list[bool]:
    """Which pieces are true.

    Parameters
    ----------
    rate
        Share of the capacity a day that the container fills.
    tolerance
        A fall by no more than this is noise.
    grows
        Whether the sensor would show that the waste grows by a few points a day.
    echoing
        Whether this sensor is known to see false echoes.
    echo_level
        Where they lie when they come from one fixed thing, so that what lies lower is none; NaN: not known.
    """
    count = len(pieces)
    if count <= 1:
        return [True] * count
    begins, lasts = zip(
        *(_false_cost(piece, echoing and not _lower(piece, echo_level)) for piece in pieces), strict=True
    )
    # A false plateau that a driver's report cuts in two is one.
    goes_on = [
        i > 0 and piece.reported and abs(piece.begin - pieces[i - 1].end) <= tolerance for i, piece in enumerate(pieces)
    ]
    leap_scale = LEAP_SCALE + LEAP_SCALE_OF_RATE * rate
    best = [0.0] * count
    before = [-1] * count
    for i, piece in enumerate(pieces):
        skipped = 0.0
        lowest: list[Piece] = []
        least, least_from = math.inf, -1
        reported, sighting, other = piece.reported, piece.sighting, piece.other_source
        for j in range(i - 1, max(-2, i - 2 - WINDOW), -1):
            if j < 0:
                cost = skipped
            elif best[j] + skipped >= least:
                # No step costs less than nothing.
                cost = math.inf
            else:
                cost = (
                    best[j]
                    + skipped
                    + _step(
                        pieces[j],
                        piece,
                        rate=rate,
                        tolerance=tolerance,
                        leap_scale=leap_scale,
                        reported=reported,
                        sighting=sighting,
                        other_source=other,
                    )
                )
                if lowest:
                    cost += _low_cost(lowest, min(pieces[j].end, piece.begin) - tolerance)
            if cost < least:
                least, least_from = cost, j
            if j >= 0:
                begun = begins[j + 1] if j + 1 < i and goes_on[j + 1] else 0.0
                skipped += max(0.0, begins[j] - begun) + lasts[j]
                if pieces[j].count > 2:
                    lowest.append(pieces[j])
                reported = reported or pieces[j].reported
                sighting = sighting if sighting == sighting else pieces[j].sighting  # noqa: PLR0124 - NaN
                other = other or pieces[j].other_source
        best[i], before[i] = least + (_flat_cost(piece, rate) if grows else 0.0), least_from
    # The last pieces may be false too.
    skipped, least, at = 0.0, math.inf, count - 1
    lowest = []
    for i in range(count - 1, max(-1, count - 2 - WINDOW), -1):
        cost = best[i] + skipped + _low_cost(lowest, pieces[i].end - tolerance)
        if cost < least:
            least, at = cost, i
        begun = begins[i + 1] if i + 1 < count and goes_on[i + 1] else 0.0
        skipped += max(0.0, begins[i] - begun) + lasts[i]
        if pieces[i].count > 2:
            lowest.append(pieces[i])
    true = [False] * count
    while at >= 0:
        true[at] = True
        at = before[at]
    return true


def is_emptying(previous: Piece, piece: Piece, tolerance: float) -> bool:
    """Whether the level fell by more than noise between two true pieces."""
    return piece.begin < previous.end - tolerance


def _false_cost(piece: Piece, echoing: bool) -> tuple[float, float]:
    """What a false plateau costs for beginning, and for lasting."""
    if echoing:
        return KNOWN_EPISODE, KNOWN_FALSE_READING * piece.count
    return SPIKE if piece.count <= 2 else EPISODE, FALSE_READING * piece.count


def _flat_cost(piece: Piece, rate: float) -> float:
    if piece.end >= FULL:
        return 0.0
    days = (piece.until_s - piece.from_s) / 86_400.0 - FLAT_DAYS
    lacking = rate * days - 2 * max(0.0, piece.end - piece.begin)
    return min(MOST_FLAT, max(0.0, lacking) / FLAT_SCALE)


def _lower(piece: Piece, echo_level: float) -> bool:
    """Whether the fixed thing cannot have been seen: something farther was."""
    return max(piece.begin, piece.end) < echo_level - ECHO_ALIKE


def _low_cost(skipped: Sequence[Piece], below: float) -> float:
    return sum(LOW_EPISODE + LOW_READING * piece.count for piece in skipped if piece.begin < below)


def _step(
    previous: Piece,
    piece: Piece,
    *,
    rate: float,
    tolerance: float,
    leap_scale: float,
    reported: bool,
    sighting: float,
    other_source: bool,
) -> float:
    change = piece.begin - previous.end
    days = max(0.0, piece.from_s - previous.until_s) / 86_400.0
    expected = rate * days
    cost = 0.0
    if reported and sighting == sighting:  # noqa: PLR0124 - NaN
        unlike = max(0.0, abs(previous.end + expected - sighting) - SIGHTING_DOUBT)
        cost += min(MOST_UNLIKE, UNLIKE_SIGHTING * unlike)
    if other_source:
        return cost + 1.0
    if change < -tolerance:
        left = max(0.0, piece.begin - expected - PARTIAL_FROM)
        partial = min(MOST_PARTIAL, PARTIAL * left)
        # In a long gap emptyings come as a matter of course.
        base = max(1.0, EMPTYING - math.log1p(24 * days) if days > 0 else EMPTYING)
        return cost + (EMPTYING_REPORTED if reported else base) + partial
    if reported:
        cost += 0.0 if previous.end < PARTIAL_FROM + tolerance else NOT_EMPTIED
    excess = change - 3 * expected - tolerance / 2
    if excess > 0:
        leap = min(MOST_LEAP, excess / leap_scale)
        if days > 0.5:
            # It may have been emptied and have filled again unseen.
            leap = min(leap, max(1.0, EMPTYING - math.log1p(24 * days)) + 2.0)
        cost += leap
    return cost
