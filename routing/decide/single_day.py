"""Which containers a round must, may or need not visit, with the numbers behind it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from domain.containers import Container
from domain.errors import InvalidInput
from domain.plans import Decision, ReasonCode, Urgency
from routing.explain import explain
from routing.forecast import DAY_S, Forecast
from routing.solution import Solution, UnassignedReason


@dataclass(frozen=True, slots=True)
class Policy:
    """What a municipality wants. Money in cents.

    Parameters
    ----------
    overflow_risk_limit
        A container with more risk than this before its next chance must be visited. Lower: more stops, fewer overflows.
    extra_visit_risk
        Outside its round, a container with more risk than this before the next working day must be visited; between
        ``overflow_risk_limit`` and this it may be, where that is worth the detour. Lower: more trucks sent for a few
        containers.
    overflow_cost
        What one overflow costs (cleaning up, complaints). Higher: longer detours for a small risk.
    visit_value
        What emptying a full container is worth beside that: about what an average visit costs, since emptying it when
        half full saves half a later visit. Higher: more half-full containers are taken along.
    silent_after_days
        Without a good reading for so long a container is visited on its round, whatever it last said.
    least_fill_share
        Containers below this share of their threshold are left alone even where the truck passes.
    capacity_quantile
        The load is planned with the level that is not exceeded with this probability.
    horizon_days
        How far to look when no next round is known.
    """

    overflow_risk_limit: float = 0.05
    extra_visit_risk: float = 0.5
    overflow_cost: int = 5_000
    visit_value: int = 600
    silent_after_days: float = 7.0
    least_fill_share: float = 0.5
    capacity_quantile: float = 0.8
    horizon_days: float = 7.0

    def __post_init__(self) -> None:
        for name in ("overflow_risk_limit", "extra_visit_risk", "capacity_quantile", "least_fill_share"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidInput(f"must lie between 0 and 1, not {getattr(self, name)}", where=f"policy {name}")
        for name in ("overflow_cost", "visit_value", "silent_after_days", "horizon_days"):
            if not (getattr(self, name) >= 0 and math.isfinite(getattr(self, name))):
                raise InvalidInput(f"cannot be {getattr(self, name)}", where=f"policy {name}")


@dataclass(frozen=True, slots=True)
class Due:
    """A container as the planning day sees it. Times in epoch seconds.

    ``round_s``: when today's round would come; ``next_chance_s``: the next time that a truck could come (its next
    round, or the next working day where it has none today; None: never scheduled); ``has_round``: its fraction is
    collected today; ``has_vehicle``: a vehicle for it works today.
    """

    container: Container
    forecast: Forecast
    round_s: float
    next_chance_s: float | None
    has_round: bool
    has_vehicle: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the forecast says of one container before any route is known.

    ``prize`` in cents, None when it must be visited; ``kg`` and ``l`` are the amounts to keep room for.
    ``fill_level`` is the forecast mean at the round, ``overflow_risk`` that before the next chance.
    """

    container_id: int
    urgency: Urgency
    reason: ReasonCode
    prize: int | None
    kg: int
    l: int  # noqa: E741 - litre
    fill_level: float
    growth_per_day: float
    overflow_risk: float
    next_chance_s: float | None
    last_observed_s: float | None
    last_fill_level: float | None


def decide(dues: Iterable[Due], policy: Policy | None = None) -> list[Candidate]:
    """Judge every container; MUST and MAY become stops of the problem, SKIP does not."""
    policy = policy or Policy()
    return [_candidate(due, policy) for due in dues]


def prize(fill_level: float, overflow_risk: float, policy: Policy) -> int:
    """What a visit is worth in cents: the overflow that it avoids and the share of a later visit that it saves."""
    return round(policy.overflow_cost * overflow_risk + policy.visit_value * min(max(fill_level, 0.0), 1.5))


def conclude(
    candidates: Sequence[Candidate],
    solution: Solution,
    *,
    thresholds: Mapping[int, float],
    round_s: float,
    known_s: float,
    time_zone: tzinfo,
) -> tuple[Decision, ...]:
    """Join candidates and solution (stop ids = container ids) into decisions with their explanation.

    ``thresholds``: fullness threshold by container id, to tell a full container from one on the way; ``round_s``: when
    the round begins; ``known_s``: when the forecast was made (both epoch seconds). A candidate that was no stop of the
    solved problem, although it should have been, counts as unreachable.
    """
    visited = {stop_id for route in solution.routes for stop_id in route.stop_ids}
    left_out = {unassigned.stop_id: unassigned.reason for unassigned in solution.unassigned}
    at, known_at = (datetime.fromtimestamp(seconds, UTC) for seconds in (round_s, known_s))
    decisions: list[Decision] = []
    for candidate in candidates:
        visit = candidate.container_id in visited
        decision = Decision(
            container_id=candidate.container_id,
            urgency=candidate.urgency,
            visited=visit,
            reason=_final_reason(candidate, visit, left_out, thresholds[candidate.container_id]),
            fill_level=candidate.fill_level,
            growth_per_day=candidate.growth_per_day,
            overflow_risk=candidate.overflow_risk,
            next_chance_at=_moment(candidate.next_chance_s),
            last_observed_at=_moment(candidate.last_observed_s),
            last_fill_level=candidate.last_fill_level,
        )
        decisions.append(
            replace(decision, explanation=explain(decision, at=at, known_at=known_at, time_zone=time_zone))
        )
    return tuple(decisions)


_WHY_NOT: dict[UnassignedReason, ReasonCode] = {
    UnassignedReason.NO_VEHICLE: ReasonCode.NO_VEHICLE,
    UnassignedReason.SKILL: ReasonCode.NO_VEHICLE,
    UnassignedReason.CAPACITY: ReasonCode.NO_CAPACITY,
    UnassignedReason.TIME_WINDOW: ReasonCode.NO_CAPACITY,
    UnassignedReason.SHIFT: ReasonCode.NO_CAPACITY,
    UnassignedReason.UNREACHABLE: ReasonCode.UNREACHABLE,
    UnassignedReason.NOT_WORTH_DETOUR: ReasonCode.NOT_WORTH_DETOUR,
}


def _final_reason(
    candidate: Candidate, visited: bool, left_out: Mapping[int, UnassignedReason], threshold: float
) -> ReasonCode:
    if candidate.urgency is Urgency.SKIP:
        return candidate.reason
    if not visited:
        why_not = left_out.get(candidate.container_id)
        return ReasonCode.UNREACHABLE if why_not is None else _WHY_NOT[why_not]
    if candidate.urgency is Urgency.MAY and candidate.reason is not ReasonCode.OVERFLOW_RISK:
        return ReasonCode.ABOVE_THRESHOLD if candidate.fill_level >= threshold else ReasonCode.ON_THE_WAY
    return candidate.reason


def _candidate(due: Due, policy: Policy) -> Candidate:
    forecast, container = due.forecast, due.container
    fill_level = forecast.mean(due.round_s)
    until_s = due.next_chance_s if due.next_chance_s is not None else due.round_s + policy.horizon_days * DAY_S
    risk = forecast.overflow_risk(until_s)
    urgency, reason = _judge(due, policy, fill_level, risk)
    share = min(max(forecast.quantile(policy.capacity_quantile, due.round_s), 0.0), 1.2)
    return Candidate(
        container_id=container.id,
        urgency=urgency,
        reason=reason,
        # Outside its round a visit saves none later: the round comes all the same.
        prize=None if urgency is Urgency.MUST else prize(fill_level if due.has_round else 0.0, risk, policy),
        kg=math.ceil(share * container.full_mass_kg),
        l=math.ceil(share * container.capacity_l),
        fill_level=fill_level,
        growth_per_day=forecast.growth_per_day,
        overflow_risk=risk,
        next_chance_s=due.next_chance_s,
        last_observed_s=forecast.last_observed_s,
        last_fill_level=forecast.last_level,
    )


def _judge(due: Due, policy: Policy, fill_level: float, risk: float) -> tuple[Urgency, ReasonCode]:  # noqa: PLR0911
    observed_s = due.forecast.last_observed_s
    silent = observed_s is None or due.round_s - observed_s > policy.silent_after_days * DAY_S
    at_risk = risk > policy.overflow_risk_limit
    if not due.has_round:
        # What is not known is no reason to send a truck outside its round; what is known to overflow is.
        if not at_risk or silent or not due.has_vehicle:
            return Urgency.SKIP, ReasonCode.NO_ROUND
        urgency = Urgency.MUST if risk > policy.extra_visit_risk else Urgency.MAY
        return urgency, ReasonCode.OVERFLOW_RISK
    if not due.has_vehicle:
        return Urgency.SKIP, ReasonCode.NO_VEHICLE
    if silent:
        return Urgency.MUST, ReasonCode.NO_TRUSTED_READING
    if at_risk:
        return Urgency.MUST, ReasonCode.OVERFLOW_RISK
    threshold = due.container.fullness_threshold
    if fill_level >= threshold:
        return Urgency.MAY, ReasonCode.ABOVE_THRESHOLD
    if fill_level >= policy.least_fill_share * threshold:
        return Urgency.MAY, ReasonCode.ON_THE_WAY
    return Urgency.SKIP, ReasonCode.RISK_LOW


def _moment(epoch_s: float | None) -> datetime | None:
    return None if epoch_s is None else datetime.fromtimestamp(epoch_s, UTC)
