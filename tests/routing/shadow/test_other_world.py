"""The world that is not driven: where its containers stand, what overflows in it, and what became of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.containers import Container, Fraction
from domain.fleet import CollectionRound, Shift, Vehicle
from domain.geography import Position
from routing.days import WorkingDays
from routing.forecast import DAY_S, FillHistory, Outlook, outlook
from routing.shadow.looking_back import look_back
from routing.shadow.other_world import WRITE_ANEW, OtherWorld, emptied, rounds_between, scheduled
from routing.shadow.overflow import expected_overflow
from tests.routing.trust.series import BEGIN_S, filling, hourly

DAYS = 40
AT_S = BEGIN_S + DAYS * DAY_S - 4 * 3600
"""Eight in the evening before the date."""

MIDNIGHT_S = BEGIN_S + DAYS * DAY_S
DATE = datetime.fromtimestamp(MIDNIGHT_S, UTC).date()
HISTORIES = {n: filling(DAYS + 2, rate=0.03 + 0.02 * n, seed=n) for n in range(8)}


def look(at_s: float = AT_S, *, since_s: dict[int, float] | None = None) -> Outlook:
    known = {
        n: FillHistory(hourly(seen), seen, np.ones(len(seen), dtype=bool)) for n, (_, seen, _) in HISTORIES.items()
    }
    return outlook(known, fractions=dict.fromkeys(known, Fraction.GLASS), at_s=at_s, since_s=since_s)


SEEN = look()


def test_worlds_part_where_the_containers_really_stand() -> None:
    world = OtherWorld.of(SEEN, {}, DATE)
    assert world.new == set(HISTORIES)
    assert world.now.level == pytest.approx(SEEN.basis.origin.level)
    assert world.emptied_share() == 0
    # What was emptied before the worlds parted was so in both: the longest interval counts from there.
    assert world.now.emptied_s == pytest.approx(SEEN.basis.origin.emptied_s, nan_ok=True)
    assert np.isfinite(world.now.emptied_s).any()
    stored = world.after(SEEN, {3: MIDNIGHT_S + 9 * 3600})
    assert [each.container_id for each in stored] == list(HISTORIES)
    assert [each.emptied_here for each in stored] == [n == 3 for n in HISTORIES]


def test_what_was_stored_goes_on_and_only_what_changed_is_stored_again() -> None:
    two_days_ago, long_ago = (DATE - timedelta(days=n) for n in (2, 9))
    before = {
        n: emptied(n, day, datetime.combine(day, time(9), UTC).timestamp())
        for n, day in ((0, two_days_ago), (1, long_ago), (2, two_days_ago))
    }
    seen = look(since_s={n: each.at.timestamp() for n, each in before.items()})
    world = OtherWorld.of(seen, before, DATE)
    assert world.new == {3, 4, 5, 6, 7}
    assert world.emptied_share() == pytest.approx(3 / 8)
    assert world.now.level[1] > world.now.level[0] > 0.02
    stored = {each.container_id: each for each in world.after(seen, {2: MIDNIGHT_S + 3600})}
    assert 0 not in stored, "nothing happened to it"
    assert stored[2].level == pytest.approx(0.02)
    # Nine days are more than a week: written down while the readings are still at hand, and still emptied then.
    assert AT_S - before[1].at.timestamp() > WRITE_ANEW.total_seconds()
    assert stored[1].emptied_at == before[1].emptied_at
    assert stored[1].level == pytest.approx(float(world.now.level[1]))
    assert stored[1].at.timestamp() == pytest.approx(world.now.at_s[1])
    # Written anew it stands where it would have stood.
    again = OtherWorld.of(look(since_s={1: stored[1].at.timestamp()}), {**before, 1: stored[1]}, DATE)
    assert again.now.level[1] == pytest.approx(float(world.now.level[1]))


def container(number: int, fraction: Fraction) -> Container:
    return Container(number, 1, 1, f"C{number}", fraction, 4000, Position(5, 52), "", None)


TRUCK = Vehicle(1, 1, 1, "Glass", frozenset({Fraction.GLASS}), 10_000, 20_000)
WEEK = WorkingDays(
    [TRUCK],
    [Shift(1, weekday, time(7), time(15)) for weekday in (1, 4)],
    [
        CollectionRound(1, Fraction.GLASS, 1),
        CollectionRound(1, Fraction.GLASS, 4),
        CollectionRound(1, Fraction.PAPER, 1),
    ],
    UTC,
)
BINS = {1: container(1, Fraction.GLASS), 2: container(2, Fraction.PAPER)}


def test_the_schedule_goes_on_in_nights_that_nobody_planned() -> None:
    sunday, next_sunday = date(2026, 11, 22), date(2026, 11, 29)
    assert scheduled(BINS, WEEK, date(2026, 11, 23)) == [1], "no truck takes paper"
    found = rounds_between(BINS, WEEK, after=sunday, before=next_sunday)
    assert set(found) == {1}
    assert (found[1].date, found[1].at) == (date(2026, 11, 26), datetime(2026, 11, 26, 7, tzinfo=UTC))
    free = frozenset({date(2026, 11, 26)})
    assert rounds_between(BINS, WEEK, after=sunday, before=next_sunday, free=free)[1].date == date(2026, 11, 23)
    assert rounds_between(BINS, WEEK, after=sunday, before=date(2026, 11, 23)) == {}


def overflow(visits_s: dict[int, float], seen: Outlook = SEEN) -> tuple[float, float]:
    found = expected_overflow(seen, seen.forecasts, visits_s, begins_s=MIDNIGHT_S, ends_s=MIDNIGHT_S + DAY_S)
    return found.days, found.sd


def test_overflow_by_hand() -> None:
    full = np.concatenate([np.linspace(0.1, 1.15, 24 * DAYS - 4)])
    empty = np.full(24 * DAYS - 4, 0.05) + np.linspace(0, 0.04, 24 * DAYS - 4)
    known = {
        n: FillHistory(hourly(levels), levels, np.ones(len(levels), dtype=bool))
        for n, levels in enumerate((full, empty))
    }
    seen = outlook(known, fractions=dict.fromkeys(known, Fraction.GLASS), at_s=AT_S)
    days, sd = overflow({}, seen)
    assert days == pytest.approx(1.0, abs=0.02), "one overflows all day, the other does not"
    assert sd < 0.2
    noon = MIDNIGHT_S + DAY_S / 2
    assert overflow({0: noon}, seen)[0] == pytest.approx(0.5, abs=0.03), "until the truck comes"
    assert overflow({0: MIDNIGHT_S}, seen)[0] == pytest.approx(0.0, abs=0.02)


@given(st.dictionaries(st.integers(0, 7), st.floats(0, 1), max_size=8), st.integers(0, 7), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_a_visit_never_brings_more_overflow(hours: dict[int, float], more: int, when: float) -> None:
    visits_s = {n: MIDNIGHT_S + share * DAY_S for n, share in hours.items()}
    days, sd = overflow(visits_s)
    assert 0 <= days <= len(HISTORIES)
    assert 0 <= sd <= len(HISTORIES) ** 0.5 / 2
    if more not in visits_s:
        assert overflow({**visits_s, more: MIDNIGHT_S + when * DAY_S})[0] <= days + 1e-9


def history(levels: np.ndarray, *, reported_s: tuple[float, ...] = ()) -> FillHistory:
    return FillHistory(hourly(levels), levels, np.ones(len(levels), dtype=bool), emptied_s=np.array(reported_s))


def growing(*, until: float, emptied_hour: int | None = None, days: int = DAYS + 2) -> np.ndarray:
    levels = np.linspace(0.1, until, 24 * days)
    if emptied_hour is not None:
        levels[emptied_hour:] -= levels[emptied_hour] - 0.02
    return levels + np.random.default_rng(1).normal(0, 0.004, len(levels))


def test_looking_back_at_a_day() -> None:
    nine, at_hour = MIDNIGHT_S + 9 * 3600, 24 * DAYS + 9
    known = {
        0: history(growing(until=0.9, emptied_hour=at_hour)),  # planned, and the readings show it
        1: history(growing(until=0.9)),  # planned, and nobody came
        2: history(growing(until=0.2)),  # planned, but too empty for anything to show
        3: history(growing(until=0.9, emptied_hour=at_hour)),  # emptied and not planned
        4: FillHistory(emptied_s=np.array([nine])),  # planned and reported, without a sensor
        5: FillHistory(),  # planned, and nothing is known
        6: history(np.minimum(growing(until=1.3), 1.2)),  # overflows all day
    }
    seen = outlook(known, fractions=dict.fromkeys(known, Fraction.GLASS), at_s=MIDNIGHT_S + 2 * DAY_S - 3600)
    planned_s: dict[int, float] = {n: nine for n in range(6) if n != 3}
    found = look_back(planned_s, seen, known, begins_s=MIDNIGHT_S, ends_s=MIDNIGHT_S + DAY_S)
    assert found.emptied_share == pytest.approx(2 / 3), "two were, one was not, of two nothing is known"
    assert found.extra_emptyings == 1
    assert found.overflow_days == pytest.approx(1.0, abs=0.02)
    assert found.heard_share == pytest.approx(5 / 7, abs=0.01)


def test_a_false_echo_is_no_overflow() -> None:
    levels = growing(until=0.6)
    levels[24 * DAYS + 3 : 24 * DAYS + 7 : 2] = 1.1
    known = {0: history(levels)}
    seen = outlook(known, fractions={0: Fraction.GLASS}, at_s=MIDNIGHT_S + 2 * DAY_S - 3600)
    found = look_back({}, seen, known, begins_s=MIDNIGHT_S, ends_s=MIDNIGHT_S + DAY_S)
    assert found.overflow_days == 0
    assert found.emptied_share is None


def test_a_silent_sensor_tells_nothing() -> None:
    levels = growing(until=1.2, days=DAYS - 2)
    known = {0: history(levels)}
    seen = outlook(known, fractions={0: Fraction.GLASS}, at_s=MIDNIGHT_S + 2 * DAY_S)
    found = look_back({0: MIDNIGHT_S + 3600}, seen, known, begins_s=MIDNIGHT_S, ends_s=MIDNIGHT_S + DAY_S)
    assert (found.heard_share, found.overflow_days, found.emptied_share) == (0, 0, None)
