"""Which containers a round must, may or need not visit, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from domain.containers import Container
from domain.plans import Decision, ReasonCode, Urgency
from routing.forecast import Forecast
from routing.solution import Solution


@dataclass(frozen=True, slots=True)
class Policy:
    """What a municipality wants. Money in cents."""

    overflow_risk_limit: float = 0.02
    overflow_cost: int = 10_000
    visit_value: int = 600
    silent_after_days: float = 7.0
    capacity_quantile: float = 0.8


@dataclass(frozen=True, slots=True)
class Due:
    """A container as the planning day sees it. Times in epoch seconds.

    ``round_s``: when today's round would come; ``next_chance_s``: the next time that a truck could come (None: never
    scheduled); ``has_round``: its fraction is collected today; ``has_vehicle``: a vehicle for it works today.
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
    raise NotImplementedError


def conclude(
    candidates: Sequence[Candidate],
    solution: Solution,
    *,
    thresholds: Mapping[int, float],
    round_s: float,
    time_zone: tzinfo,
) -> tuple[Decision, ...]:
    """Join candidates and solution (stop ids = container ids) into decisions with their explanation."""
    raise NotImplementedError
