from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.containers import BULK_DENSITY_KG_PER_M3, Container, Fraction
from domain.errors import InvalidInput
from domain.geography import Position
from domain.plans import ReasonCode, StepKind, Urgency
from routing.decide import Candidate, Due, Policy, conclude, decide, prize
from routing.forecast import DAY_S
from routing.forecast.distribution import gamma_forecast
from routing.solution import Cost, Route, Solution, Step, Unassigned, UnassignedReason

ROUND_S = 1_795_000_000.0

CONTAINER = Container(
    id=7,
    municipality_id=1,
    site_id=1,
    code="c7",
    fraction=Fraction.PAPER,
    capacity_l=3000,
    position=Position(24.94, 60.17),
    address="",
    geometry=None,
    fullness_threshold=0.7,
)


def due(level: float, *, growth: float = 0.05, observed_days_ago: float | None = 0.5, **changes: object) -> Due:
    observed_s = None if observed_days_ago is None else ROUND_S - observed_days_ago * DAY_S
    expected = gamma_forecast(
        origin_s=ROUND_S,
        level=level,
        level_sd=0.02,
        growth_per_day=growth,
        growth_sd=0.2 * growth,
        day_sd=0.8 * growth,
        last_observed_s=observed_s,
        last_level=None if observed_s is None else level,
    )
    plain = Due(CONTAINER, expected, ROUND_S, ROUND_S + 3 * DAY_S, has_round=True, has_vehicle=True)
    return replace(plain, **changes)  # type: ignore[arg-type]


def judged(one: Due, policy: Policy | None = None) -> tuple[Urgency, ReasonCode]:
    (candidate,) = decide([one], policy)
    return candidate.urgency, candidate.reason


def test_every_verdict() -> None:
    assert judged(due(0.9)) == (Urgency.MUST, ReasonCode.OVERFLOW_RISK)
    assert judged(due(0.75, growth=0.01)) == (Urgency.MAY, ReasonCode.ABOVE_THRESHOLD)
    assert judged(due(0.5)) == (Urgency.MAY, ReasonCode.ON_THE_WAY)
    assert judged(due(0.2)) == (Urgency.SKIP, ReasonCode.RISK_LOW)
    assert judged(due(0.9, has_vehicle=False)) == (Urgency.SKIP, ReasonCode.NO_VEHICLE)
    assert judged(due(0.2, observed_days_ago=8)) == (Urgency.MUST, ReasonCode.NO_TRUSTED_READING)
    assert judged(due(0.2, observed_days_ago=None)) == (Urgency.MUST, ReasonCode.NO_TRUSTED_READING)


def test_outside_its_round_a_container_is_visited_only_when_it_would_overflow() -> None:
    assert judged(due(0.5, has_round=False)) == (Urgency.SKIP, ReasonCode.NO_ROUND)
    assert judged(due(0.95, has_round=False)) == (Urgency.MUST, ReasonCode.OVERFLOW_RISK)
    cautious = Policy(extra_visit_risk=0.99)
    assert judged(due(0.95, has_round=False), cautious) == (Urgency.MAY, ReasonCode.OVERFLOW_RISK)
    assert judged(due(0.95, has_round=False, has_vehicle=False)) == (Urgency.SKIP, ReasonCode.NO_ROUND)
    assert judged(due(0.95, has_round=False, observed_days_ago=9)) == (Urgency.SKIP, ReasonCode.NO_ROUND)


def test_the_policy_moves_the_limits() -> None:
    risky = due(0.75)
    (candidate,) = decide([risky])
    assert candidate.overflow_risk == pytest.approx(risky.forecast.overflow_risk(ROUND_S + 3 * DAY_S))
    assert judged(risky, Policy(overflow_risk_limit=0.999))[0] is Urgency.MAY
    assert judged(risky, Policy(overflow_risk_limit=0.001))[0] is Urgency.MUST
    assert judged(due(0.2), Policy(least_fill_share=0.1))[0] is Urgency.MAY


def test_without_a_next_round_the_horizon_counts() -> None:
    (candidate,) = decide([due(0.7, next_chance_s=None)], Policy(horizon_days=30))
    assert candidate.overflow_risk > 0.9
    assert candidate.next_chance_s is None


def test_amounts_leave_room_for_more_than_the_mean() -> None:
    (candidate,) = decide([due(0.6, growth=0.1, observed_days_ago=1)])
    assert 0.6 * 3000 < candidate.l < 0.65 * 3000
    assert candidate.kg == pytest.approx(candidate.l * BULK_DENSITY_KG_PER_M3[Fraction.PAPER] / 1000, abs=1)
    (full,) = decide([due(1.5)])
    assert full.l == 3600


def test_musts_have_no_price() -> None:
    assert decide([due(0.95)])[0].prize is None
    assert decide([due(0.5)])[0].prize == pytest.approx(300, abs=20)


share = st.floats(0, 1.5)


@given(share, share, st.floats(0, 1), st.floats(0, 1))
def test_prizes_rise_with_fill_and_risk(fill: float, more_fill: float, risk: float, more_risk: float) -> None:
    policy = Policy()
    low = prize(min(fill, more_fill), min(risk, more_risk), policy)
    assert 0 <= low <= prize(max(fill, more_fill), max(risk, more_risk), policy)


ORDER = (Urgency.SKIP, Urgency.MAY, Urgency.MUST)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1.2), st.floats(0, 0.5))
def test_a_fuller_container_is_never_less_urgent(level: float, more: float) -> None:
    lower, higher = judged(due(level))[0], judged(due(level + more))[0]
    assert ORDER.index(lower) <= ORDER.index(higher)


@pytest.mark.parametrize(
    "changes", [{"overflow_risk_limit": 0.0}, {"capacity_quantile": 1.0}, {"visit_value": -1}, {"horizon_days": 1e400}]
)
def test_policies_that_cannot_be(changes: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match=f"policy {next(iter(changes))}"):
        Policy(**changes)  # type: ignore[arg-type]


def candidate(identifier: int, urgency: Urgency, reason: ReasonCode, fill_level: float = 0.5) -> Candidate:
    return Candidate(identifier, urgency, reason, 100, 1, 1, fill_level, 0.05, 0.01, ROUND_S + DAY_S, ROUND_S, 0.5)


def test_decisions_say_what_the_routes_do_and_why() -> None:
    steps = tuple(Step(StepKind.EMPTYING, 0, 0, 0, 0, (), 0, stop_id=identifier) for identifier in (1, 2, 3))
    reasons = {
        10: (UnassignedReason.NO_VEHICLE, ReasonCode.NO_VEHICLE),
        11: (UnassignedReason.SKILL, ReasonCode.NO_VEHICLE),
        12: (UnassignedReason.CAPACITY, ReasonCode.NO_CAPACITY),
        13: (UnassignedReason.TIME_WINDOW, ReasonCode.NO_CAPACITY),
        16: (UnassignedReason.SHIFT, ReasonCode.NO_CAPACITY),
        14: (UnassignedReason.UNREACHABLE, ReasonCode.UNREACHABLE),
        15: (UnassignedReason.NOT_WORTH_DETOUR, ReasonCode.NOT_WORTH_DETOUR),
    }
    assert {reason for reason, _ in reasons.values()} == set(UnassignedReason)
    solution = Solution((Route(1, steps),), tuple(Unassigned(i, reason) for i, (reason, _) in reasons.items()), Cost())
    candidates = [
        candidate(1, Urgency.MUST, ReasonCode.OVERFLOW_RISK),
        candidate(2, Urgency.MAY, ReasonCode.ON_THE_WAY, 0.5),
        candidate(3, Urgency.MAY, ReasonCode.ON_THE_WAY, 0.8),
        candidate(4, Urgency.SKIP, ReasonCode.RISK_LOW),
        candidate(5, Urgency.MUST, ReasonCode.OVERFLOW_RISK),
        *(candidate(identifier, Urgency.MAY, ReasonCode.ON_THE_WAY) for identifier in reasons),
    ]
    decisions = conclude(
        candidates,
        solution,
        thresholds={each.container_id: 0.7 for each in candidates},
        round_s=ROUND_S,
        known_s=ROUND_S - 8 * 3600,
        time_zone=ZoneInfo("Europe/Helsinki"),
    )
    assert [decision.container_id for decision in decisions] == [each.container_id for each in candidates]
    found = {decision.container_id: (decision.visited, decision.reason) for decision in decisions}
    assert found == {
        1: (True, ReasonCode.OVERFLOW_RISK),
        2: (True, ReasonCode.ON_THE_WAY),
        3: (True, ReasonCode.ABOVE_THRESHOLD),
        4: (False, ReasonCode.RISK_LOW),
        5: (False, ReasonCode.UNREACHABLE),  # it was never a stop: no way to it was found
    } | {identifier: (False, reason) for identifier, (_, reason) in reasons.items()}
    assert all(set(decision.explanation) == {"en", "nl"} for decision in decisions)
    assert decisions[0].next_chance_at is not None
    assert decisions[0].next_chance_at.timestamp() == ROUND_S + DAY_S
