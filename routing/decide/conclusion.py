"""From candidates and solved routes to decisions, each with its reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

import numpy as np

from domain.plans import Decision, ReasonCode, Urgency
from routing.decide.night import Candidate, Night
from routing.explain import explain
from routing.solution import Solution, UnassignedReason

_WHY_NOT: dict[UnassignedReason, ReasonCode] = {
    UnassignedReason.NO_VEHICLE: ReasonCode.NO_VEHICLE,
    UnassignedReason.SKILL: ReasonCode.NO_VEHICLE,
    UnassignedReason.CAPACITY: ReasonCode.NO_CAPACITY,
    UnassignedReason.TIME_WINDOW: ReasonCode.NO_CAPACITY,
    UnassignedReason.SHIFT: ReasonCode.NO_CAPACITY,
    UnassignedReason.UNREACHABLE: ReasonCode.UNREACHABLE,
    UnassignedReason.NOT_WORTH_DETOUR: ReasonCode.NOT_WORTH_DETOUR,
}


def conclude(
    night: Night, candidates: Sequence[Candidate], solution: Solution, *, time_zone: tzinfo
) -> tuple[Decision, ...]:
    """Join candidates and solution (stop ids = container ids) into decisions with their explanation.

    A candidate that was no stop of the solved problem, although it should have been, counts as unreachable.
    """
    visited = {stop_id for route in solution.routes for stop_id in route.stop_ids}
    left_out = {unassigned.stop_id: unassigned.reason for unassigned in solution.unassigned}
    at = datetime.fromtimestamp(_begins_s(night), UTC)
    known_at = datetime.fromtimestamp(night.known_s, UTC)
    thresholds = {container.id: container.fullness_threshold for container in night.containers}
    decisions: list[Decision] = []
    for candidate in candidates:
        visit = candidate.container_id in visited
        decision = Decision(
            container_id=candidate.container_id,
            urgency=candidate.urgency,
            visited=visit,
            reason=_reason(candidate, visit, left_out, thresholds.get(candidate.container_id, 1.0)),
            fill_level=candidate.fill_level,
            growth_per_day=candidate.growth_per_day,
            overflow_risk=candidate.overflow_risk,
            next_chance_at=_moment(candidate.next_chance_s),
            last_observed_at=_moment(candidate.last_observed_s),
            last_fill_level=candidate.last_level,
        )
        words = explain(
            decision,
            at=at,
            known_at=known_at,
            time_zone=time_zone,
            later_at=_moment(candidate.later_s),
            round_at=_moment(night.rounds_s.get(candidate.container_id)),
        )
        decisions.append(replace(decision, explanation=words))
    return tuple(decisions)


def _begins_s(night: Night) -> float:
    """When trucks come on the day to plan."""
    today = night.visits_s[:, 0]
    return float(np.nanmin(today)) if np.isfinite(today).any() else night.known_s


def _reason(
    candidate: Candidate, visited: bool, left_out: Mapping[int, UnassignedReason], threshold: float
) -> ReasonCode:
    if visited and candidate.urgency is Urgency.SKIP:
        return ReasonCode.ON_THE_WAY
    if candidate.urgency is Urgency.SKIP or visited:
        return candidate.reason
    why_not = left_out.get(candidate.container_id)
    if why_not is None:
        return ReasonCode.UNREACHABLE
    reason = _WHY_NOT[why_not]
    if reason is ReasonCode.NOT_WORTH_DETOUR and candidate.later_s is not None:
        return ReasonCode.CHEAPER_LATER
    return reason


def _moment(epoch_s: float | None) -> datetime | None:
    return None if epoch_s is None else datetime.fromtimestamp(epoch_s, UTC)
