"""The saving of a period: cases that can be worked out by hand, and what holds for all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.factors import Factors
from domain.saving import ComparedDay, Exclusion
from routing.shadow.comparison import Comparison, Measure, Unit, compare, interval
from tests.routing.shadow.compared import MONDAY, compared, side, working_days

LAST = MONDAY + timedelta(days=400)


def report(days: list[ComparedDay], *, first: date = MONDAY, last: date = LAST) -> Comparison:
    return compare(days, first=first, last=last, factors=Factors())


def test_totals_by_hand() -> None:
    days = [compared(MONDAY, halfvol=60, fixed=100), compared(MONDAY + timedelta(days=1), halfvol=40, fixed=100)]
    found = report(days)
    km = found.savings[Measure.DISTANCE_KM]
    assert (km.halfvol, km.fixed_schedule, km.saved) == (100, 200, 100)
    assert km.share == pytest.approx(0.5)
    # 20 hours at 90 euros, 4 trucks at 30, and 100 km at 0.90.
    assert found.savings[Measure.COST_EUR].halfvol == pytest.approx(1800 + 120 + 90)
    # 50 l for the kilometres and 12 l for the stops.
    assert found.savings[Measure.CO2_KG].halfvol == pytest.approx(62 * 3.262)
    assert found.savings[Measure.DURATION_H].share == 0
    assert found.overflow.halfvol == pytest.approx(1.0)
    assert found.overflow.halfvol_sd == pytest.approx(0.5 * 2**0.5)
    assert (found.overflow.container_days, found.overflow.heard) == (600, pytest.approx(540))
    assert found.unit is None
    assert km.low is None, "two days say nothing about others"


def test_a_saving_that_is_the_same_every_day_is_sure() -> None:
    found = report([compared(day) for day in working_days(10)])
    km = found.savings[Measure.DISTANCE_KM]
    assert found.unit is Unit.DAYS
    assert (km.low, km.share, km.high) == pytest.approx((0.4, 0.4, 0.4))


def test_from_eight_weeks_on_weeks_are_drawn() -> None:
    assert report([compared(day) for day in working_days(35)]).unit is Unit.DAYS
    found = report([compared(day, halfvol=50 + 20 * (n % 5 == 0)) for n, day in enumerate(working_days(40))])
    assert found.unit is Unit.WEEKS
    km = found.savings[Measure.DISTANCE_KM]
    # Every week is alike, however different its days are.
    assert (km.low, km.high) == pytest.approx((km.share, km.share))
    assert len(found.weeks) == 8
    assert [week.days for week in found.weeks] == [5] * 8


def test_a_week_of_few_days_is_not_sure_and_one_of_more_has_its_own_interval() -> None:
    one, other = working_days(10)[:2], working_days(10)[5:]
    found = report([compared(day, halfvol=50 + 5 * n) for n, day in enumerate([*one, *other])])
    first, second = (week.savings[Measure.DISTANCE_KM] for week in found.weeks)
    assert first.low is None
    assert second.low is not None
    assert second.high is not None
    assert second.share is not None
    assert second.low < second.share < second.high


def test_more_days_of_the_same_are_surer() -> None:
    few, many = (
        report([compared(day, halfvol=50 + 5 * (n % 5)) for n, day in enumerate(working_days(days))]).savings[
            Measure.DISTANCE_KM
        ]
        for days in (5, 35)
    )
    assert few.share == many.share
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low < 0.4 * (few.high - few.low)


def test_the_interval_covers_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    true, held = 0.4, 0
    for _ in range(300):
        fixed = random.gamma(8, 12, size=12)
        halfvol = (1 - true) * fixed * random.lognormal(-0.02, 0.2, size=12)
        table = np.stack([halfvol, fixed], axis=1)[:, None, :]
        low, high = interval(table, resamples=1000)[0]
        held += bool(low <= true <= high)
    # 95 of 100, give or take what 300 trials and 12 days allow.
    assert 0.91 <= held / 300 <= 0.985


def test_a_plain_percentile_interval_would_cover_less() -> None:
    few = np.array([[[50.0, 100.0]], [[60.0, 100.0]], [[70.0, 100.0]]])
    low, high = interval(few)[0]
    # Three days: as good as the whole range of what was seen.
    assert (low, high) == pytest.approx((0.3, 0.5), abs=0.01)


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(1, 500)),
        min_size=2,
        max_size=40,
    ),
    st.floats(1.1, 5),
)
@settings(max_examples=30, deadline=None)
def test_what_holds_for_every_table(rows: list[tuple[float, float]], larger: float) -> None:
    table = np.array(rows)[:, None, :]
    low, high = interval(table, resamples=500)[0]
    shares = 1 - table[:, 0, 0] / table[:, 0, 1]
    assert shares.min() - 1e-9 <= low <= high <= shares.max() + 1e-9, "no interval leaves what was seen"
    assert interval(table, resamples=500)[0] == pytest.approx([low, high]), "the same days, the same interval"
    assert interval(larger * table, resamples=500)[0] == pytest.approx([low, high], abs=1e-9), "units do not matter"
    worse = table * np.array([1.2, 1.0])
    assert interval(worse, resamples=500)[0][0] <= low + 1e-9, "more kilometres of Halfvol's never look better"


def test_a_schedule_that_drives_nothing_has_no_share() -> None:
    found = report([compared(day, fixed=0) for day in working_days(6)])
    km = found.savings[Measure.DISTANCE_KM]
    assert (km.share, km.low, km.high) == (None, None, None)
    assert km.saved == -360


def test_days_that_do_not_count_are_named_and_left_out() -> None:
    days = [compared(day) for day in working_days(6)]
    days[2] = compared(days[2].date, halfvol=1000, approved=False)
    days[4] = replace(days[4], fixed_schedule=None, problem=Exclusion.ROUTES_REFUSED, estimated=True)
    found = report(days)
    assert found.savings[Measure.DISTANCE_KM].share == pytest.approx(0.4)
    assert [(each.date, each.reasons) for each in found.excluded] == [
        (days[2].date, (Exclusion.NOT_APPROVED,)),
        (days[4].date, (Exclusion.ROUTES_REFUSED, Exclusion.ESTIMATED)),
    ]
    assert len(found.days) == 4


def test_both_ends_of_the_period_are_included() -> None:
    days = [compared(day) for day in working_days(15)]
    found = report(days, first=days[1].date, last=days[11].date)
    assert (found.days[0].date, found.days[-1].date) == (days[1].date, days[11].date)
    assert found.savings[Measure.DISTANCE_KM].halfvol == 11 * 60


def test_nothing_to_compare() -> None:
    found = report([])
    assert found.days == ()
    assert found.weeks == ()
    assert found.unit is None
    assert found.savings[Measure.DISTANCE_KM].share is None
    assert found.overflow.container_days == 0


def test_a_period_that_is_none() -> None:
    with pytest.raises(InvalidInput, match="ends on 2026-09-07, before it begins on 2026-09-08; give the earlier"):
        report([], first=MONDAY + timedelta(days=1), last=MONDAY)
    with pytest.raises(InvalidInput, match=r"50 is no share of the containers; write 50 % as 0.5"):
        compare([], first=MONDAY, last=MONDAY, factors=Factors(), least_trusted=50)


@pytest.mark.parametrize("value", [-1, float("inf"), float("nan")])
def test_a_factor_that_is_none(value: float) -> None:
    with pytest.raises(InvalidInput, match=r"cents_per_km: .* is no factor"):
        Factors(cents_per_km=value)


def test_more_overflow_is_never_hidden() -> None:
    found = report([compared(day, halfvol=20) for day in working_days(5)])
    worse = [replace(day, halfvol=side(20, overflow_days=4.0)) for day in found.days]
    assert report(worse).overflow.halfvol == pytest.approx(20)
