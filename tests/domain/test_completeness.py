from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.completeness import Completeness, Day, Evidence, Gap, completeness
from domain.sensors import Source
from domain.uplinks import LedgerEntry

START = datetime(2026, 11, 2, tzinfo=UTC)
HOUR_S = 3600


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def sent(
    at_hour: float, frame: int = -1, *, stored: int = 3, rejected: bool = False, duplicates: int = 0, ahead_s: int = 0
) -> LedgerEntry:
    when = hour(at_hour)
    return LedgerEntry(when, when, frame, 0, ahead_s, stored, duplicates, Source.NATIVE, rejected)


def judged(
    entries: Sequence[LedgerEntry], hours: float = 24, interval_s: float | None = None, zone: str = "UTC"
) -> Completeness:
    ordered = sorted(entries, key=lambda entry: entry.heard_at)
    return completeness(ordered, start=START, end=hour(hours), zone=ZoneInfo(zone), interval_s=interval_s)


def test_a_day_without_loss() -> None:
    found = judged([sent(number, 100 + number) for number in range(24)])
    assert found.gaps == ()
    assert found.days == (Day(date(2026, 11, 2), expected=24, received=24, stored=24, rejected=0, duplicates=0),)
    assert (found.interval_s, found.sessions, found.missing) == (HOUR_S, 1, 0)


def test_a_hole_in_the_counter_is_a_gap_with_its_edges() -> None:
    found = judged([sent(number, number) for number in range(24) if number not in (5, 6, 7, 20)])
    assert found.gaps == (
        Gap(hour(4), hour(8), 3, Evidence.FRAME_COUNTER),
        Gap(hour(19), hour(21), 1, Evidence.FRAME_COUNTER),
    )
    assert (found.total.expected, found.total.received) == (24, 20)


def test_a_pause_over_which_the_counter_goes_on_is_no_loss() -> None:
    found = judged([sent(at, frame) for frame, at in enumerate([0, 1, 2, 3, 9, 10, 11, 23])])
    assert found.gaps == ()


def test_without_a_counter_the_interval_serves() -> None:
    found = judged([sent(number) for number in range(24) if number not in (5, 6)])
    assert found.gaps == (Gap(hour(4), hour(7), 2, Evidence.INTERVAL),)
    assert found.sessions == 0
    constant = judged([sent(number, 7) for number in range(24) if number not in (5, 6)])
    assert constant.gaps == found.gaps


def test_silence_at_the_end_is_a_gap() -> None:
    found = judged([sent(number, number) for number in range(12)])
    assert found.gaps == (Gap(hour(11), hour(24), 13, Evidence.INTERVAL),)


def test_the_neighbours_of_the_period_tell_what_its_edges_miss() -> None:
    entries = [sent(-2, 0), *[sent(number, number + 2) for number in range(3, 22)], sent(25, 27)]
    found = judged(entries)
    assert [(gap.start, gap.end, gap.missing) for gap in found.gaps] == [
        (hour(-2), hour(3), 3),
        (hour(21), hour(25), 2),
    ]
    assert (found.total.received, found.total.expected) == (19, 24)


def test_nothing_at_all() -> None:
    found = judged([], interval_s=HOUR_S)
    assert found.gaps == (Gap(START, hour(24), 24, Evidence.INTERVAL),)
    assert found.days == (Day(date(2026, 11, 2), expected=24),)
    assert judged([]).gaps == ()


def test_a_counter_that_begins_anew() -> None:
    early = [sent(number, 500 + number) for number in range(10)]
    at_once = [*early, *[sent(number, number - 10) for number in range(10, 24)]]
    found = judged(at_once)
    assert (found.gaps, found.sessions) == ((), 2)
    # Three hours between the sessions, of which nobody knows on which side they fell.
    later = [*early, *[sent(number, number - 11) for number in range(13, 24)]]
    found = judged(later)
    assert found.gaps == (Gap(hour(9), hour(13), 3, Evidence.INTERVAL),)
    assert (found.sessions, found.total.expected) == (2, 24)


def test_a_jump_that_no_loss_explains_is_a_new_session() -> None:
    found = judged([sent(number, number + (100_000 if number > 5 else 0)) for number in range(24)])
    assert (found.gaps, found.sessions) == ((), 2)


@pytest.mark.parametrize("late_at", [8.5, 9.5, 23.5])
def test_a_frame_out_of_order_fills_its_hole(late_at: float) -> None:
    entries = [sent(number, number) for number in range(24) if number != 7]
    found = judged([*entries, sent(late_at, 7)])
    if late_at < 23:
        assert (found.gaps, found.sessions) == ((), 1)
    assert found.total.received == 24


def test_a_frame_that_the_device_sends_again_is_not_another() -> None:
    found = judged([*[sent(number, number) for number in range(24)], sent(6.2, 6)])
    assert (found.gaps, found.sessions) == ((), 1)


def test_rejected_partly_stored_and_repeated() -> None:
    entries = [sent(number, number) for number in range(24)]
    entries[3] = sent(3, 3, stored=0, rejected=True)
    entries[4] = sent(4, 4, stored=1, rejected=True, duplicates=2)
    found = judged(entries)
    assert found.total == Day(date(2026, 11, 2), expected=24, received=24, stored=23, rejected=2, duplicates=2)


def test_what_arrived_unreadable_is_not_missing() -> None:
    entries = [sent(number, number) for number in range(24) if number != 7]
    found = judged([*entries, sent(7, stored=0, rejected=True)])
    assert found.gaps == ()
    assert (found.total.expected, found.total.rejected) == (24, 1)


def test_days_are_those_of_the_time_zone_also_when_the_clock_changes() -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight in Amsterdam; this Sunday has 25 hours
    entries = [
        LedgerEntry(when, when, number, 0, 0, 1, 0, None, False)
        for number in range(49)
        if (when := start + timedelta(hours=number)) and number not in (24, 25)
    ]
    found = completeness(entries, start=start, end=start + timedelta(hours=49), zone=ZoneInfo("Europe/Amsterdam"))
    assert [(day.date, day.received, day.expected) for day in found.days] == [
        (date(2026, 10, 25), 24, 25),
        (date(2026, 10, 26), 23, 24),
    ]


def test_a_clock_that_runs_ahead_is_told() -> None:
    entries = [sent(number, number) for number in range(22)]
    found = judged([*entries, sent(22, 22, stored=0, rejected=True, ahead_s=900), sent(23, 23, ahead_s=800)])
    assert found.clock.uplinks_ahead == 2
    assert (found.clock.farthest_ahead_s, found.clock.last_ahead_s, found.clock.last_ahead_at) == (900, 800, hour(23))


@given(
    lost=st.sets(st.integers(1, 199), max_size=150),
    first=st.integers(0, 1000),
    delays_s=st.lists(st.integers(0, 1200), min_size=201, max_size=201),
    interval_s=st.sampled_from([600, 1200, 3600]),
)
def test_what_is_lost_between_two_that_arrived_is_counted_exactly(
    lost: set[int], first: int, delays_s: list[int], interval_s: int
) -> None:
    entries = [
        sent((number * interval_s + delays_s[number] * interval_s / 3600) / HOUR_S, first + number)
        for number in range(201)
        if number not in lost
    ]
    found = judged(entries, hours=(200 * interval_s + 1300) / HOUR_S)
    assert sum(gap.missing for gap in found.gaps if gap.by is Evidence.FRAME_COUNTER) == len(lost)
    assert sum(day.expected for day in found.days) == sum(day.received for day in found.days) + found.missing
    assert sum(day.received for day in found.days) == 201 - len(lost)
