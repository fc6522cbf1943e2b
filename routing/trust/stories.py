"""The likeliest story of each container: which of its plateaus are true."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from routing.trust.plateaus import Plateaus
from routing.trust.story import ECHO_ALIKE, Piece, likeliest

DAY_S = 86_400.0

FIXED_SHARE = 0.6
"""So many of the readings that see something else see the same thing, where it is fixed."""

ECHOES_KNOWN = 3
"""A sensor with so many false plateaus above the waste is known to see false echoes."""


def told(
    plateaus: Plateaus,
    *,
    times_s: NDArray[np.float64],
    report: NDArray[np.int64],
    sighting: NDArray[np.float64],
    breaks: NDArray[np.bool_],
    rates: NDArray[np.float64],
    tolerance: NDArray[np.float64],
    smooth: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.float64]]:
    """Which plateaus are true (P,); of each container (C,) the number of false echoes, and how far lower than the
    newest true plateau the waste may yet prove to lie (below 0: higher).

    ``smooth`` (C,): whether its sensor would show that it fills by a few points a day.
    """
    true = np.ones(len(plateaus), dtype=bool)
    episodes = np.zeros(len(rates), dtype=np.int64)
    pending = np.zeros(len(rates))
    if not len(plateaus):
        return true, episodes, pending
    columns = zip(
        times_s[plateaus.first].tolist(),
        times_s[plateaus.last].tolist(),
        plateaus.begin.tolist(),
        plateaus.end.tolist(),
        plateaus.counts.tolist(),
        (report[plateaus.first] > 0).tolist(),
        sighting[plateaus.first].tolist(),
        breaks[plateaus.first].tolist(),
        strict=True,
    )
    pieces = [Piece(*column) for column in columns]
    starts = plateaus.starts.tolist()
    for c in range(len(rates)):
        mine = pieces[starts[c] : starts[c + 1]]
        if len(mine) < 2:
            continue
        rate, margin, grows = float(rates[c]), float(tolerance[c]), bool(smooth[c])
        marks = likeliest(mine, rate=rate, tolerance=margin, grows=grows)
        if _toggles(mine, marks) >= ECHOES_KNOWN:
            level = _echo_level(mine, marks)
            marks = likeliest(mine, rate=rate, tolerance=margin, grows=grows, echoing=True, echo_level=level)
        true[starts[c] : starts[c + 1]] = marks
        episodes[c] = _high(mine, marks)
        pending[c] = _pending(mine, marks, rate, margin)
    return true, episodes, pending


def _toggles(pieces: list[Piece], marks: list[bool]) -> int:
    """How many false plateaus of three readings or more there are, on whichever side."""
    return sum(not mark and piece.count > 2 for piece, mark in zip(pieces, marks, strict=True))


def _echo_level(pieces: list[Piece], marks: list[bool]) -> float:
    """Where most readings of false plateaus lie, when that is one level; else NaN."""
    false = sorted((piece.begin, piece.count) for piece, mark in zip(pieces, marks, strict=True) if not mark)
    total = sum(count for _, count in false)
    passed, middle = 0, math.nan
    for level, count in false:
        passed += count
        if 2 * passed >= total:
            middle = level
            break
    alike = sum(count for level, count in false if abs(level - middle) <= ECHO_ALIKE)
    return middle if alike > FIXED_SHARE * total else math.nan


def _high(pieces: list[Piece], marks: list[bool]) -> int:
    """How many false plateaus of three readings or more lie above the true level before or after them."""
    number = 0
    level = math.nan
    for piece, mark in zip(pieces, marks, strict=True):
        if mark:
            level = piece.end
        elif piece.count > 2 and (level != level or piece.begin > level):  # noqa: PLR0124 - NaN
            number += 1
    return number


def _pending(pieces: list[Piece], marks: list[bool], rate: float, tolerance: float) -> float:
    """How far lower than the newest true piece the waste may yet prove to lie; below 0: higher."""
    trues = [piece for piece, mark in zip(pieces, marks, strict=True) if mark]
    newest = pieces[-1]
    if not marks[-1] and trues:
        return trues[-1].end - newest.end
    if len(trues) < 2 or newest.count > 12:
        return 0.0
    change = newest.begin - trues[-2].end
    days = (newest.from_s - trues[-2].until_s) / DAY_S
    return max(0.0, change - 3 * rate * days - tolerance / 2) if change > 0 else 0.0
