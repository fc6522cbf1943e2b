"""What became of a day: which of its stops were made, and what overflowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from domain.judged_emptyings import Verdict
from domain.saving import LookBack
from routing.forecast import FillHistory, Outlook
from routing.forecast.history import table_of
from routing.trust.judge import judge

HOLDS_S = 6 * 3600.0
"""A reading tells of so long after it, at most."""

TELLS_S = 24 * 3600.0
"""Readings so long before and after a planned stop can show that it was not made."""

CLEAR_LEVEL = 0.3
"""From this level on readings would show an emptying."""

SURE = 0.8
"""An emptying that nobody reported counts from this confidence on."""

FULL = 1.0


def look_back(
    planned_s: Mapping[int, float],
    seen: Outlook,
    histories: Mapping[int, FillHistory],
    *,
    begins_s: float,
    ends_s: float,
) -> LookBack:
    """Tell what became of a day that is over, from what a later night knows.

    Parameters
    ----------
    planned_s
        By container id, when the routes that were to be driven stop there (epoch seconds).
    seen
        Of a night after the day.
    histories
        By container id, reaching back a week or two before the day.
    begins_s, ends_s
        Local midnights (epoch seconds).
    """
    emptied = _emptied(seen, begins_s, ends_s)
    made = [each for each in planned_s if each in emptied]
    missed = [
        each for each, stop_s in planned_s.items() if each not in emptied and _would_show(stop_s, histories.get(each))
    ]
    known = len(made) + len(missed)
    heard, overflow_days = _overflow(histories, seen.ids.tolist(), begins_s, ends_s)
    return LookBack(
        emptied_share=len(made) / known if known else None,
        extra_emptyings=len(emptied - planned_s.keys()),
        overflow_days=overflow_days,
        heard_share=heard / max(len(seen.ids), 1),
    )


def _emptied(seen: Outlook, begins_s: float, ends_s: float) -> frozenset[int]:
    """Ids of the containers that were emptied then, by a report or surely by the readings."""
    found: set[int] = set()
    for each in seen.emptyings:
        if each.verdict is Verdict.MISSED:
            continue
        when_s = 0.5 * (each.from_s + each.until_s) if each.reported_s is None else each.reported_s
        clear = each.confidence >= SURE and each.before is not None and each.before >= CLEAR_LEVEL
        if begins_s <= when_s < ends_s and (each.reported_s is not None or clear):
            found.add(int(seen.ids[each.row]))
    return frozenset(found)


def _would_show(stop_s: float, history: FillHistory | None) -> bool:
    """Whether readings would have shown that the stop was made: clearly not empty before it, and heard of after it."""
    if history is None:
        return False
    times_s, levels = history.times_s[history.good], history.levels[history.good]
    before = levels[(times_s > stop_s - TELLS_S) & (times_s <= stop_s)]
    after = (times_s > stop_s) & (times_s < stop_s + TELLS_S)
    return len(before) > 0 and float(before[-1]) >= CLEAR_LEVEL and bool(after.any())


def _overflow(
    histories: Mapping[int, FillHistory], ids: Iterable[int], begins_s: float, ends_s: float
) -> tuple[float, float]:
    """Container-days that good readings tell of, and those of them in which a container was full or over."""
    heard, suspects = 0.0, list[FillHistory]()
    for each in ids:
        history = histories.get(each)
        if history is None or not len(history.times_s):
            continue
        held = _held(history.times_s[history.good], begins_s, ends_s)
        heard += float(held.sum())
        window = (history.times_s > begins_s - HOLDS_S) & (history.times_s < ends_s)
        if (history.levels[window & history.good] >= FULL).any():
            suspects.append(history)
    if not suspects:
        return heard, 0.0
    # Only a judgement of the whole series tells a full container from a false echo.
    judged = judge(table_of(suspects))
    readings, over = judged.readings, 0.0
    for c in range(readings.containers):
        own = slice(int(readings.starts[c]), int(readings.starts[c + 1]))
        good = judged.good[own]
        held = _held(readings.times_s[own][good], begins_s, ends_s)
        over += float(held[judged.cleaned[own][good] >= FULL].sum())
    return heard, over


def _held(times_s: NDArray[np.float64], begins_s: float, ends_s: float) -> NDArray[np.float64]:
    """The share of the day that each of one container's readings tells of: until the next, or until it is too old."""
    if not len(times_s):
        return np.zeros(0)
    until_s = np.minimum(np.append(times_s[1:], np.inf), times_s + HOLDS_S)
    spans = np.minimum(until_s, ends_s) - np.maximum(times_s, begins_s)
    return np.maximum(spans, 0.0) / (ends_s - begins_s)
