"""Did we lose anything, and where: what a sensor should have sent, by its frame counters and its reporting interval.

A frame counter that goes on without a hole proves that nothing is missing, however long the pause was. A hole is a gap
with a number of missing messages. Where there is no counter, or where it began anew, the reporting interval has to
serve; so it does for the time after the last message.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from statistics import median

from domain.uplinks import LedgerEntry, Outcome

LATE_AFTER = 1.5
"""A pause counts as a gap from so many reporting intervals on, where no counter tells better."""

LARGEST_JUMP = 16_384
"""A counter that jumps further has begun anew somewhere else (MAX_FCNT_GAP of LoRaWAN 1.0)."""

LOOK_AHEAD = 8
"""An entry out of order is told from a new session by whether one of so many that follow goes on where it came in."""

FEWEST_FOR_INTERVAL = 3
"""An interval is measured from at least so many pairs of messages."""


class Evidence(StrEnum):
    """What tells that messages are missing."""

    FRAME_COUNTER = "frame_counter"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages are missing between the one at ``start`` and the one at ``end``, as ``by`` says.

    ``missing`` counts those of the period asked for; the ends may lie outside it.
    """

    start: datetime
    end: datetime
    missing: int
    by: Evidence


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a sensor, in the time zone asked for.

    ``received`` counts each uplink once; ``duplicates`` how often one came again. One of which a part was rejected
    counts as ``stored`` and as ``rejected``. ``expected`` is ``received`` and what is missing.
    """

    date: date
    expected: int = 0
    received: int = 0
    stored: int = 0
    rejected: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class ClockState:
    """How many uplinks held readings from the future, and how far ahead these were, in seconds; None where none did."""

    uplinks_ahead: int = 0
    farthest_ahead_s: int | None = None
    last_ahead_s: int | None = None
    last_ahead_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Completeness:
    """What arrived of a sensor from ``start`` until before ``end``.

    ``interval_s`` is the reporting interval in seconds that the counts rest on, None where nothing tells one;
    ``sessions`` counts how often the frame counter began, and ``total`` sums the days up.
    """

    start: datetime
    end: datetime
    interval_s: float | None
    sessions: int
    days: tuple[Day, ...]
    gaps: tuple[Gap, ...]
    clock: ClockState

    @property
    def total(self) -> Day:
        """All days together, under the first one's date."""
        summed = self.days[0]
        for day in self.days[1:]:
            summed = _sum(summed, day)
        return summed

    @property
    def missing(self) -> int:
        """How many messages are missing."""
        return sum(gap.missing for gap in self.gaps)


def completeness(
    entries: Sequence[LedgerEntry],
    *,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    interval_s: float | None = None,
) -> Completeness:
    """Judge what a sensor sent.

    Parameters
    ----------
    entries
        Its uplinks by the time they were heard, with the last one before ``start`` and the first one from ``end`` on.
    start, end
        The period, ``end`` excluded and not in the future.
    zone
        In which days begin at midnight.
    interval_s
        The reporting interval of the model, in seconds. What the sensor shows goes before it.
    """
    counted = _counts(entries)
    found, sessions = _steps(entries) if counted else ([], 0)
    measured = _interval(entries, found) or interval_s
    gaps = _by_counter(entries, found, measured) if counted else _by_interval(entries, measured)
    gaps.extend(_edges(entries, start, end, measured))
    shares = [(gap, _missing_within(gap, start, end)) for gap in gaps]
    inside = [entry for entry in entries if start <= entry.heard_at < end]
    return Completeness(
        start=start,
        end=end,
        interval_s=measured,
        sessions=sessions,
        days=_days(inside, gaps, start, end, zone),
        gaps=tuple(
            replace(gap, missing=share) for gap, share in sorted(shares, key=lambda each: each[0].start) if share
        ),
        clock=_clock(inside),
    )


def _counts(entries: Sequence[LedgerEntry]) -> bool:
    """Whether the frame counter counts: some devices send none, others always the same."""
    frames = [entry.frame_count for entry in entries if entry.frame_count >= 0]
    return len(frames) * 2 > len(entries) and len(set(frames)) * 2 > len(frames)


Step = tuple[LedgerEntry, LedgerEntry, int | None]
"""Two uplinks that follow each other, and how far the counter went on between them; None: it began anew."""


def _steps(entries: Sequence[LedgerEntry]) -> tuple[list[Step], int]:
    """From each uplink to the next by counter, leaving out those without one, and how many sessions there are."""
    counted = [entry for entry in entries if entry.frame_count >= 0]
    steps: list[Step] = []
    sessions = 1
    session = [counted[0]]
    for place, entry in enumerate(counted[1:], 1):
        last = session[-1]
        if 0 < entry.frame_count - last.frame_count <= LARGEST_JUMP:
            session.append(entry)
        elif entry.frame_count == last.frame_count:
            continue  # the device sent a frame again
        elif _is_late(entry, session, counted[place + 1 : place + 1 + LOOK_AHEAD]):
            insort(session, entry, key=_frame_count)
        else:
            steps.extend(_within(session))
            steps.append((last, entry, None))
            sessions += 1
            session = [entry]
    steps.extend(_within(session))
    return steps, sessions


def _frame_count(entry: LedgerEntry) -> int:
    return entry.frame_count


def _is_late(entry: LedgerEntry, session: Sequence[LedgerEntry], following: Sequence[LedgerEntry]) -> bool:
    """Whether an uplink only came out of order: it fills a hole, and one of the next goes on where the session was."""
    last = session[-1].frame_count
    if entry.frame_count > last:
        return False
    place = bisect_left(session, entry.frame_count, key=_frame_count)
    if session[place].frame_count == entry.frame_count:
        return False
    return any(last < each.frame_count <= last + LARGEST_JUMP for each in following)


def _within(session: Sequence[LedgerEntry]) -> list[Step]:
    return [(first, second, second.frame_count - first.frame_count) for first, second in pairwise(session)]


def _interval(entries: Sequence[LedgerEntry], steps: Sequence[Step]) -> float | None:
    """The reporting interval that the sensor shows, in seconds."""
    if steps:
        pauses = [(second.heard_at - first.heard_at).total_seconds() / by for first, second, by in steps if by]
    else:
        pauses = [(second.heard_at - first.heard_at).total_seconds() for first, second in pairwise(entries)]
    positive = [pause for pause in pauses if pause > 0]
    return median(positive) if len(positive) >= FEWEST_FOR_INTERVAL else None


def _by_counter(entries: Sequence[LedgerEntry], steps: Sequence[Step], interval_s: float | None) -> list[Gap]:
    gaps: list[Gap] = []
    uncounted = [entry.heard_at for entry in entries if entry.frame_count < 0]
    for first, second, by in steps:
        if by is None:
            # How far the old session went on nobody knows; the new one began at 0, which the interval bounds.
            missing, evidence = _missing(first.heard_at, second.heard_at, interval_s), Evidence.INTERVAL
        else:
            missing, evidence = by - 1, Evidence.FRAME_COUNTER
        early, late = sorted((first.heard_at, second.heard_at))
        # What arrived but could not be read far enough to tell its counter is not missing.
        missing -= bisect_right(uncounted, late) - bisect_left(uncounted, early)
        if missing > 0:
            gaps.append(Gap(early, late, missing, evidence))
    return gaps


def _by_interval(entries: Sequence[LedgerEntry], interval_s: float | None) -> list[Gap]:
    return [
        Gap(first.heard_at, second.heard_at, missing, Evidence.INTERVAL)
        for first, second in pairwise(entries)
        if (missing := _missing(first.heard_at, second.heard_at, interval_s)) > 0
    ]


def _edges(entries: Sequence[LedgerEntry], start: datetime, end: datetime, interval_s: float | None) -> list[Gap]:
    """Silence after the last uplink; and all of the period where there is none at all."""
    if not entries:
        # Nothing was ever heard: as many as the interval allows.
        missing = 0 if interval_s is None else int((end - start).total_seconds() / interval_s)
        return [Gap(start, end, missing, Evidence.INTERVAL)]
    last = entries[-1].heard_at
    if last >= end or interval_s is None or (end - last).total_seconds() < LATE_AFTER * interval_s:
        return []
    return [Gap(last, end, int((end - last).total_seconds() / interval_s), Evidence.INTERVAL)]


def _missing(first: datetime, second: datetime, interval_s: float | None) -> int:
    """How many messages fit between two, by the interval."""
    if interval_s is None:
        return 0
    pause_s = (second - first).total_seconds()
    return round(pause_s / interval_s) - 1 if pause_s >= LATE_AFTER * interval_s else 0


def _missing_within(gap: Gap, start: datetime, end: datetime) -> int:
    """How many messages of a gap were probably sent from ``start`` until before ``end``: evenly over it."""
    step = (gap.end - gap.start) / (gap.missing + 1)
    if not step:
        return gap.missing if start <= gap.start < end else 0
    first = max(1, math.ceil((start - gap.start) / step))
    beyond = min(gap.missing + 1, math.ceil((end - gap.start) / step))
    return max(0, beyond - first)


def _days(
    entries: Sequence[LedgerEntry], gaps: Sequence[Gap], start: datetime, end: datetime, zone: tzinfo
) -> tuple[Day, ...]:
    first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    days = {each: Day(each) for each in (first + timedelta(days=number) for number in range((last - first).days + 1))}
    for entry in entries:
        day = entry.heard_at.astimezone(zone).date()
        stored = entry.outcome is not Outcome.REJECTED
        days[day] = _sum(days[day], Day(day, 1, 1, int(stored), int(entry.rejected), entry.duplicates))
    for gap in gaps:
        day = max(first, gap.start.astimezone(zone).date())
        while day <= min(last, gap.end.astimezone(zone).date()):
            midnight = datetime.combine(day, time(), zone)
            next_day = day + timedelta(days=1)
            next_midnight = datetime.combine(next_day, time(), zone)
            missing = _missing_within(gap, max(start, midnight), min(end, next_midnight))
            days[day] = replace(days[day], expected=days[day].expected + missing)
            day = next_day
    return tuple(days.values())


def _sum(first: Day, second: Day) -> Day:
    return Day(
        first.date,
        first.expected + second.expected,
        first.received + second.received,
        first.stored + second.stored,
        first.rejected + second.rejected,
        first.duplicates + second.duplicates,
    )


def _clock(entries: Sequence[LedgerEntry]) -> ClockState:
    ahead = [entry for entry in entries if entry.ahead_s > 0]
    if not ahead:
        return ClockState()
    last = max(ahead, key=lambda entry: entry.received_at)
    return ClockState(len(ahead), max(entry.ahead_s for entry in ahead), last.ahead_s, last.received_at)
