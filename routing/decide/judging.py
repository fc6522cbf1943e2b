"""Which containers a day's trucks must, may or need not visit, and what a visit that may be made is worth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.plans import ReasonCode, Urgency
from routing.amounts import LARGEST_AMOUNT
from routing.decide.ahead import NO_DAY, Ahead, look
from routing.decide.costs import Costs, usual, visit_later
from routing.decide.levelling import level
from routing.decide.night import Candidate, Night
from routing.decide.policy import Policy
from routing.forecast.calendar import DAY_S

MOST_FULL = 1.2
"""No container holds more of its capacity than this, however much lies beside it."""

SILENT_S = 1.0 * DAY_S
"""Without a good reading for so long a container's risk is that of not knowing."""

SURELY_FULL = 0.95
"""A silent container that is thought to be so full is visited for that, not for the silence."""


def decide(night: Night, policy: Policy) -> list[Candidate]:
    """Judge every container, in their order: MUST and MAY become stops of the day's problem, SKIP does not.

    A container must be visited today when it was asked for, when its longest interval ends before its next chance, or
    when until then it would overflow for longer than the service level grants it. One that may be visited is worth what
    that saves: the best later visit, less the share of a cycle that is thrown away by coming early.

    Raises
    ------
    InvalidInput
        When a container has no forecast.
    """
    if not night.containers:
        return []
    missing = next((each for each in night.containers if each.id not in night.forecasts), None)
    if missing is not None:
        raise InvalidInput("has no forecast", where=f"container {missing.code}", remedy="forecast every container")
    ahead = look(night, policy)
    costs = usual(night, ahead, policy)
    kg, litres = _amounts(night, ahead, policy)
    planned = level(night, ahead, costs, kg=kg, litres=litres)
    prizes, later_cost, later = _worth(ahead, costs, planned, policy)
    return _candidates(night, ahead, costs, planned, prizes, later_cost, later, kg, litres)


def _amounts(night: Night, ahead: Ahead, policy: Policy) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    levels = ahead.forecasts.quantiles(policy.capacity_quantile, ahead.from_s)
    share = np.clip(levels, 0.0, MOST_FULL)
    mass = np.array([container.full_mass_kg for container in night.containers])
    volume = np.array([container.capacity_l for container in night.containers], dtype=float)
    return np.ceil(share * mass), np.ceil(share * volume)


def _worth(
    ahead: Ahead, costs: Costs, planned: NDArray[np.int64], policy: Policy
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """The prize of a visit today, the cost of the best later one, and the day of that (``NO_DAY``: none known), (C,).

    Waiting until a later chance costs that visit and the overflow until then, and gains a share of a cycle.
    """
    visit = visit_later(costs, ahead, planned)
    waited = (ahead.visits_s - ahead.from_s[:, None]) / DAY_S
    gained = costs.visit[:, None] * waited / ahead.cycle_days[:, None]
    overflow = policy.service.overflow_cost * ahead.exposure
    columns = np.arange(visit.shape[1])
    latest = np.where(planned == NO_DAY, visit.shape[1], np.maximum(planned, 1))
    allowed = (columns[None, :] >= 1) & (columns[None, :] <= latest[:, None])
    waiting = np.where(allowed & np.isfinite(visit), visit + overflow - gained, np.inf)
    # Beyond what is looked at it will be due on a usual day.
    beyond = np.where(
        ahead.due == NO_DAY, costs.visit * (1 - np.minimum(ahead.wait_days / ahead.cycle_days, 1.0)), np.inf
    )
    best = waiting.argmin(axis=1)
    least = waiting[np.arange(len(best)), best]
    none = ~np.isfinite(least)
    day = np.where(none | (beyond < least), NO_DAY, best)
    least = np.minimum(least, beyond)
    # Without any later chance a visit today is the only one: it saves a usual one, and what overflows.
    end = np.nanmax(np.nan_to_num(ahead.exposure, nan=0.0), axis=1)
    least = np.where(np.isfinite(least), least, costs.visit + policy.service.overflow_cost * end)
    later_cost = np.where(day == NO_DAY, costs.visit, visit[np.arange(len(best)), np.maximum(day, 0)])
    return np.maximum(least, 0.0), np.nan_to_num(later_cost, nan=0.0), day.astype(np.int64)


def _candidates(
    night: Night,
    ahead: Ahead,
    costs: Costs,
    planned: NDArray[np.int64],
    prizes: NDArray[np.float64],
    later_cost: NDArray[np.float64],
    later: NDArray[np.int64],
    kg: NDArray[np.float64],
    litres: NDArray[np.float64],
) -> list[Candidate]:
    means = ahead.forecasts.means(ahead.from_s)
    until_s = np.where(
        np.isfinite(ahead.next_s), ahead.next_s, np.nanmax(ahead.visits_s, axis=1, initial=night.known_s)
    )
    until_s = np.where(np.isfinite(until_s), until_s, night.known_s)
    risks = ahead.forecasts.risks(until_s)
    surely = ahead.forecasts.means(until_s) >= SURELY_FULL
    found: list[Candidate] = []
    for c, container in enumerate(night.containers):
        forecast = night.forecasts[container.id]
        silent = forecast.last_observed_s is None or night.known_s - forecast.last_observed_s >= SILENT_S
        by_risk = ReasonCode.NO_TRUSTED_READING if silent and not surely[c] else ReasonCode.OVERFLOW_RISK
        closed = night.closed[c]
        if closed is not None:
            urgency, reason = Urgency.SKIP, closed
        elif container.id in night.requests:
            urgency, reason = Urgency.MUST, ReasonCode.REQUESTED
        elif ahead.due[c] == 0:
            urgency, reason = Urgency.MUST, ReasonCode.INTERVAL if ahead.hygiene[c] else by_risk
        elif prizes[c] <= costs.service[c]:
            urgency, reason = Urgency.SKIP, ReasonCode.RISK_LOW
        elif planned[c] == 0:
            urgency, reason = Urgency.MAY, ReasonCode.COMING_DAYS_FULL
        elif means[c] >= container.fullness_threshold:
            urgency, reason = Urgency.MAY, ReasonCode.ABOVE_THRESHOLD
        else:
            urgency, reason = Urgency.MAY, ReasonCode.ON_THE_WAY
        found.append(
            Candidate(
                container_id=container.id,
                urgency=urgency,
                reason=reason,
                prize=None if urgency is Urgency.MUST else min(math.ceil(prizes[c]), LARGEST_AMOUNT),
                kg=int(kg[c]),
                l=int(litres[c]),
                fill_level=float(means[c]),
                growth_per_day=forecast.growth_per_day,
                overflow_risk=float(risks[c]),
                next_chance_s=_moment(ahead.next_s[c]),
                due_s=None if ahead.due[c] == NO_DAY else _moment(ahead.visits_s[c, ahead.due[c]]),
                later_cost=float(later_cost[c]),
                later_s=None if later[c] == NO_DAY else _moment(ahead.visits_s[c, later[c]]),
                last_observed_s=forecast.last_observed_s,
                last_level=forecast.last_level,
            )
        )
    return found


def _moment(at_s: float) -> float | None:
    return float(at_s) if np.isfinite(at_s) else None
