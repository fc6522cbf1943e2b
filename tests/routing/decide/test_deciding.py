from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.containers import BULK_DENSITY_KG_PER_M3, Fraction
from domain.errors import InvalidInput
from domain.plans import ReasonCode, Urgency
from domain.visit_requests import RequestKind
from routing.decide import Policy, decide
from routing.decide.ahead import NO_DAY, look_ahead
from routing.decide.costs import usual
from routing.decide.outings import COMES_TRUE, outings
from routing.decide.policy import FixedDays, Interval, Service
from routing.forecast import DAY_S, FillHistory, forecast
from tests.routing.decide.small_town import MONDAY, SmallTown, at, container, evening_s, levels, row, town, truck

MUST = (Urgency.MUST, ReasonCode.OVERFLOW_RISK)


def test_what_would_overflow_before_the_next_truck_must_be_visited() -> None:
    place = town(3)
    urgent, near, empty = place.decided(levels(0.97, 0.75, 0.05))
    assert (urgent.urgency, urgent.reason, urgent.prize) == (*MUST, None)
    assert near.urgency is Urgency.MAY
    assert near.prize
    assert (empty.urgency, empty.reason) == (Urgency.SKIP, ReasonCode.RISK_LOW)
    assert urgent.due_s is not None
    assert near.due_s is not None
    assert urgent.due_s < near.due_s
    assert empty.due_s is None


def test_the_numbers_behind_it() -> None:
    forecast_ = at(0.8)
    (one,) = town().decided({1: forecast_})
    monday_s = evening_s() + 15 * 3600
    # Full on Wednesday evening: that is when the next truck is to come.
    assert one.next_chance_s == one.due_s == monday_s + 2 * DAY_S
    assert one.overflow_risk == pytest.approx(forecast_.overflow_risk(monday_s + 2 * DAY_S))
    assert one.fill_level == pytest.approx(forecast_.mean(monday_s))
    assert one.growth_per_day == 0.05
    assert one.last_level == 0.8


def test_amounts_leave_room_for_more_than_the_mean() -> None:
    (one,) = town().decided({1: at(0.6, growth=0.1, sd=0.05)})
    assert 0.66 * 3000 < one.l < 0.76 * 3000
    assert one.kg == pytest.approx(one.l * BULK_DENSITY_KG_PER_M3[Fraction.PAPER] / 1000, abs=1)
    (full,) = town().decided({1: at(1.5)})
    assert full.l == 3600


def test_the_longer_until_the_next_truck_the_sooner_it_is_due() -> None:
    level = levels(0.78)
    assert town().judged(level)[0][0] is Urgency.SKIP
    assert town(weekdays=(1, 4)).judged(level) == [MUST]


def test_a_stricter_service_level_visits_more() -> None:
    musts = [
        sum(
            each.urgency is Urgency.MUST for each in place.decided(levels(*np.linspace(0.3, 1.0, 40).tolist(), sd=0.08))
        )
        for place in (town(40, policy=Policy(service=Service(per_1000, 100))) for per_1000 in (50.0, 1.0, 0.01))
    ]
    assert musts[0] < musts[1] < musts[2]


def test_the_service_level_is_spent_where_it_saves_most() -> None:
    """What is granted to the pool lets some wait at a little risk: those that wait are the ones at the least."""
    place = town(30)
    decided = place.decided(levels(*np.linspace(0.8, 1.0, 30).tolist()))
    musts = [each.urgency is Urgency.MUST for each in decided]
    assert 0 < sum(musts) < 30
    assert musts == sorted(musts)
    strict = town(30, policy=Policy(service=Service(0.01))).decided(levels(*[0.92] * 30))
    assert {each.urgency for each in strict} == {Urgency.MUST}


@pytest.mark.parametrize("per_1000", [5.0, 1.0, 0.2])
def test_no_more_is_left_to_overflow_than_is_granted(per_1000: float) -> None:
    place = town(30, policy=Policy(service=Service(per_1000, 100)))
    seen = place.night(levels(*np.linspace(0.5, 0.93, 30).tolist(), sd=0.05))
    ahead = look_ahead(seen, place.policy)
    nobody = np.full(30, NO_DAY)
    found = outings(ahead, usual(seen, ahead, place.policy), nobody, place.policy)
    passed = np.concatenate([np.zeros((30, 1)), np.cumsum(np.nan_to_num(ahead.exposure), axis=1)], axis=1)
    first = np.where(found.planned == NO_DAY, passed.shape[1] - 1, found.planned)
    left = float(passed[np.arange(30), first].sum())
    days = float(np.nanmax(ahead.waits_days)) + 1
    assert left <= per_1000 / 1000 * 30 * days / COMES_TRUE
    # Few outings are enough, and each takes many along.
    assert 1 <= found.goes_out.any(axis=0).sum() <= 4


def test_few_full_outings_in_place_of_many() -> None:
    """One is due today, the others on the days after it: the truck that goes out anyway takes them along."""
    place = town(6)
    first, *others = place.decided(levels(0.97, 0.87, 0.84, 0.8, 0.77, 0.1))
    assert first.urgency is Urgency.MUST
    assert {each.urgency for each in others[:4]} == {Urgency.MAY}
    assert [each.reason for each in others[:2]] == [ReasonCode.OVERFLOW_RISK, ReasonCode.ABOVE_THRESHOLD]
    assert others[-1].urgency is Urgency.SKIP
    assert len({each.next_chance_s for each in (first, *others)}) == 1
    # What is taken along saves nearly an outing of its own, so hardly any detour is too long for it.
    assert all(each.prize is not None and each.prize > place.policy.rates.per_vehicle for each in others[:4])
    # Nobody is due today: one outing tomorrow is enough for all, and none is made today.
    assert {urgency for urgency, _ in place.judged(levels(0.87, 0.85, 0.84, 0.84, 0.83, 0.1))} == {Urgency.SKIP}


def test_without_any_later_truck_the_days_that_are_looked_at_count() -> None:
    place = SmallTown(
        row(1), weekdays=(1,), policy=Policy(days_off=frozenset(MONDAY + timedelta(7 * n) for n in range(1, 6)))
    )
    (one,) = place.decided(levels(0.8))
    assert (one.urgency, one.reason, one.next_chance_s, one.later_s) == (*MUST, None, None)
    (other,) = place.decided(levels(0.1))
    assert other.urgency is not Urgency.MUST


def test_requests_are_visited_whatever_the_level() -> None:
    place = town(2, requests={1: RequestKind.COMPLAINT})
    first, second = place.judged(levels(0.02, 0.02))
    assert first == (Urgency.MUST, ReasonCode.REQUESTED)
    assert second == (Urgency.SKIP, ReasonCode.RISK_LOW)
    closed = town(1, requests={1: RequestKind.DRIVER}, weekdays=(2,))
    assert closed.judged(levels(0.9)) == [(Urgency.SKIP, ReasonCode.NO_VEHICLE)]


def test_the_longest_interval() -> None:
    place = town(2, policy=Policy(intervals={Fraction.PAPER: Interval(most_days=7)}))
    forecasts = {1: at(0.1, growth=0.01, emptied_days=7), 2: at(0.1, growth=0.01, emptied_days=2)}
    first, second = place.judged(forecasts)
    assert first == (Urgency.MUST, ReasonCode.INTERVAL)
    assert second[0] is not Urgency.MUST


def test_on_a_fixed_day_what_cannot_wait_for_the_next_one() -> None:
    place = town(2, policy=Policy(fixed_days=(FixedDays(frozenset({1})),)))
    assert place.judged(levels(0.7, 0.05))[0] == MUST
    assert (
        place.judged(levels(0.99, 0.99), MONDAY + timedelta(days=1)) == [(Urgency.SKIP, ReasonCode.NOT_A_FIXED_DAY)] * 2
    )


def test_a_silent_sensor_says_so() -> None:
    place = town(3)
    forecasts = {
        1: at(0.6, sd=0.5, silent_days=6),
        2: at(0.5, sd=0.5, silent_days=np.inf, emptied_days=None),
        3: at(1.05, sd=0.1, silent_days=6),
    }
    assert place.judged(forecasts) == [
        (Urgency.MUST, ReasonCode.NO_TRUSTED_READING),
        (Urgency.MUST, ReasonCode.NO_TRUSTED_READING),
        MUST,
    ]


def test_what_the_coming_days_cannot_carry_comes_today() -> None:
    """Two hundred containers are due on Friday, when the one truck can do fifty or so: no wave."""
    place = town(200, vehicles=(truck(capacity_l=30_000, capacity_kg=2_400),), weekdays=(1, 5))
    judged = place.decided({1 + n: at(0.47, growth=0.07) for n in range(200)})
    early = [each for each in judged if each.reason is ReasonCode.COMING_DAYS_FULL]
    assert 100 <= len(early) <= 190
    assert {each.urgency for each in early} == {Urgency.MAY}
    alone = town(5, weekdays=(1, 5)).decided({1 + n: at(0.47, growth=0.07) for n in range(5)})
    assert not any(each.reason is ReasonCode.COMING_DAYS_FULL for each in alone)


ORDER = (Urgency.SKIP, Urgency.MAY, Urgency.MUST)


@settings(max_examples=40, deadline=None)
@given(level=st.floats(0, 1.1), sooner=st.floats(0, 0.5), growth=st.floats(0.005, 0.3))
def test_more_risk_is_never_less_urgent_nor_worth_less(level: float, sooner: float, growth: float) -> None:
    """The same container with the same rate, and all else the same, but fuller."""
    place = town(6)
    others = levels(0.05, 0.1, 0.1, 0.15, 0.1, 0.05)
    before = place.decided(others | {3: at(level, growth=growth)})[2]
    after = place.decided(others | {3: at(level + sooner, growth=growth)})[2]
    if before.urgency is Urgency.MUST:
        assert after.urgency is Urgency.MUST
    # A fuller container can call for an outing tomorrow and make today's needless; with the same outing to wait for:
    if before.next_chance_s == after.next_chance_s and before.urgency is after.urgency is Urgency.MAY:
        assert before.overflow_risk <= after.overflow_risk + 1e-12
        assert before.prize is not None
        assert after.prize is not None
        assert before.prize <= after.prize + 1


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 1.0), st.floats(0.02, 0.3), st.floats(0.02, 0.3))
def test_less_knowledge_of_the_rate_is_never_less_urgent(level: float, sd: float, more: float) -> None:
    place = town()
    sure, unsure = (place.decided({1: at(level, sd=each)})[0] for each in (sd, sd + more))
    if sure.overflow_risk < 0.4:
        assert ORDER.index(sure.urgency) <= ORDER.index(unsure.urgency)


def test_a_dearer_later_visit_is_worth_more_today() -> None:
    """A container far from all others saves a longer way when it is taken along today."""
    near, far = container(3), replace(container(4), position=replace(container(4).position, lat=52.36))
    forecasts = levels(0.6, 0.6, 0.75)
    alone = SmallTown([*row(2), replace(far, id=3)]).decided(forecasts)[2]
    together = SmallTown([*row(2), near]).decided(forecasts)[2]
    assert alone.prize is not None
    assert together.prize is not None
    assert alone.prize > together.prize


# Bad input.


def history(*readings: tuple[float, float, bool], emptied: tuple[float, ...] = ()) -> FillHistory:
    """Readings as days ago, level, good."""
    now_s = evening_s()
    table = np.array([(now_s - days * DAY_S, level, good) for days, level, good in readings]).reshape(-1, 3)
    return FillHistory(
        times_s=table[:, 0],
        levels=table[:, 1],
        good=table[:, 2].astype(bool),
        emptied_s=np.array([now_s - days * DAY_S for days in emptied]),
    )


@pytest.mark.parametrize(
    "known",
    [history(), history((0.2, 0.4, True)), history(*((days, 0.9, False) for days in np.arange(5, 0, -0.1)))],
    ids=["empty", "one reading", "all suspect"],
)
def test_little_known(known: FillHistory) -> None:
    expected = forecast(known, fraction=Fraction.PAPER, at_s=evening_s())
    (one,) = town().decided({1: expected})
    assert 0 <= one.overflow_risk <= 1
    if one.last_level is None:
        # Nobody knows how full it is: a truck goes and looks.
        assert (one.urgency, one.reason) == (Urgency.MUST, ReasonCode.NO_TRUSTED_READING)
    else:
        # Nor how fast it fills: one comes soon.
        assert one.next_chance_s is not None
        assert one.next_chance_s < evening_s() + 3 * DAY_S


def test_never_fills_and_always_full() -> None:
    never = history(*((days, 0.0, True) for days in np.arange(30, 0, -0.25)))
    always = history(*((days, 1.0, True) for days in np.arange(30, 0, -0.25)))
    expected = [forecast(each, fraction=Fraction.PAPER, at_s=evening_s()) for each in (never, always)]
    empty, full = town(2).decided(dict(enumerate(expected, 1)))
    assert (empty.urgency, empty.reason) == (Urgency.SKIP, ReasonCode.RISK_LOW)
    assert full.urgency is Urgency.MUST


def test_a_container_of_no_capacity_takes_no_room() -> None:
    place = SmallTown([container(1, capacity_l=0)])
    (one,) = place.decided(levels(0.97))
    assert (one.kg, one.l, one.urgency) == (0, 0, Urgency.MUST)


def test_a_rate_of_nothing() -> None:
    (one,) = town().decided({1: at(0.3, growth=0.0)})
    assert one.urgency is Urgency.SKIP


def test_a_container_without_a_forecast_is_named() -> None:
    place = town(2)
    seen = replace(place.night(levels(0.5, 0.5)), forecasts={1: at(0.5)})
    with pytest.raises(InvalidInput, match="container c2"):
        decide(seen, place.policy)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24), date(2028, 2, 28), date(2026, 12, 24)])
def test_strange_days(day: date) -> None:
    place = town(3, weekdays=(1, 2, 3, 4, 5, 6, 7), policy=Policy(public_holidays=True), country="NL")
    forecasts = {1 + n: at(level, day=day) for n, level in enumerate((0.97, 0.7, 0.1))}
    urgent, near, empty = place.decided(forecasts, day)
    assert urgent.urgency is Urgency.MUST
    assert empty.urgency is Urgency.SKIP
    assert near.due_s is not None
    assert datetime.fromtimestamp(near.due_s, place.days.time_zone).date() not in {
        date(2026, 12, 25),
        date(2026, 12, 26),
    }


def test_no_container_no_decision() -> None:
    assert SmallTown([]).decided({}) == []


def test_ten_thousand_containers_within_seconds() -> None:
    luck = np.random.default_rng(1)
    many = [
        replace(container(1 + n), position=replace(container(1).position, lon=4.9 + x, lat=52.3 + y))
        for n, (x, y) in enumerate((0.1 * luck.uniform(size=(10_000, 2))).tolist())
    ]
    place = SmallTown(many, vehicles=tuple(truck(1 + n) for n in range(40)))
    forecasts = {1 + n: at(level) for n, level in enumerate(luck.uniform(0, 0.9, size=10_000).tolist())}
    began = process_time()
    decided = place.decided(forecasts)
    assert process_time() - began < 3.0  # 0.7 s on an idle processor
    assert len(decided) == 10_000
    stops = [each for each in decided if each.urgency is not Urgency.SKIP]
    # What is measured is what the trucks could do, not the town.
    assert len(stops) < 7_000


def test_a_truck_does_not_go_out_for_what_may_wait() -> None:
    """Nothing is due: the few that are a third full do not pay for a truck, so no way to them is measured."""
    judged = town(6).judged(levels(0.35, 0.35, 0.1, 0.1, 0.1, 0.1, growth=0.03))
    assert {urgency for urgency, _ in judged} == {Urgency.SKIP}
