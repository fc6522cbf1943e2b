"""Which containers a day's trucks must, may or need not visit, and what a visit that may be made is worth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from domain.plans import ReasonCode, Urgency
from routing.amounts import LARGEST_AMOUNT
from routing.decide.ahead import NO_DAY, Ahead, look_ahead
from routing.decide.costs import usual
from routing.decide.due import due, interval_day
from routing.decide.later import worth
from routing.decide.levelling import level
from routing.decide.night import Candidate, Night
from routing.decide.outings import outings
from routing.decide.policy import Policy
from routing.decide.screening import offered
from routing.forecast.calendar import DAY_S

MOST_FULL = 1.2
"""No container holds more of its capacity than this, however much lies beside it."""

SILENT_S = 1.0 * DAY_S
"""Without a good reading for so long a container's risk is that of not knowing."""

SURELY_FULL = 0.95
"""A silent container that is thought to be so full is visited for that, not for the silence."""


WORTH_TELLING = 0.02
"""A container that is taken along because of what could happen before the next outing has at least this risk."""

LEAST_SHARE = 0.25
"""Nothing is emptied that has less of its cycle behind it, though a truck stood beside it: no driver would see why."""


def decide(night: Night, policy: Policy) -> list[Candidate]:
    """Judge every container, in their order: MUST and MAY become stops of the day's problem, SKIP does not.

    A container must be visited today when it was asked for, when its longest interval ends before its next chance, or
    when its risk until then is more than the service level grants (see ``due``). One that may be visited is worth what
    that saves: the best later visit, less the share of a cycle that is thrown away by coming early (see ``later``).

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
    ahead = look_ahead(night, policy)
    costs = usual(night, ahead, policy)
    kg, litres = _amounts(night, ahead, policy)
    requested = np.array([container.id in night.requests for container in night.containers])
    ways_out = outings(ahead, costs, np.where(requested, 0, interval_day(night, ahead)), policy)
    dues = due(night, ahead, costs, ways_out.price, ways_out.planned)
    plan = replace(ways_out, planned=level(ways_out.planned, night, ahead, costs, kg=kg, litres=litres))
    worths = worth(ahead, costs, dues, plan)
    today = np.isin(costs.pools, costs.pools[(plan.planned == 0) | plan.goes_out[:, 0]])
    next_s = plan.next_s(ahead)
    done = 1 - dues.wait_days / ahead.cycle_days
    means = ahead.forecasts.means(ahead.from_s)
    until_s = np.where(np.isfinite(next_s), next_s, np.nanmax(ahead.chances_s, axis=1))
    risks = ahead.forecasts.risks(until_s)
    surely = ahead.forecasts.means(until_s) >= SURELY_FULL
    worthy = today & (worths.prize > costs.service) & (done >= LEAST_SHARE)
    verdicts = [
        _verdict(
            night,
            c,
            due_today=bool(dues.day[c] == 0),
            for_interval=bool(dues.for_interval[c]),
            surely_full=bool(surely[c]),
            worth_standing=bool(worthy[c]),
            taken_along=bool(ways_out.planned[c] == 0),
            crowded_out=bool(plan.planned[c] == 0 and ways_out.planned[c] != 0),
            risk=float(risks[c]),
            level=float(means[c]),
        )
        for c in range(len(night.containers))
    ]
    urgencies = np.array([urgency for urgency, _ in verdicts], dtype=object)
    asked = offered(night, costs, must=urgencies == Urgency.MUST, may=urgencies == Urgency.MAY, prize=worths.prize)
    found: list[Candidate] = []
    for c, container in enumerate(night.containers):
        forecast = night.forecasts[container.id]
        urgency, reason = verdicts[c]
        if urgency is Urgency.MAY and not asked[c]:
            urgency, reason = Urgency.SKIP, ReasonCode.NOT_WORTH_DETOUR
        found.append(
            Candidate(
                container_id=container.id,
                urgency=urgency,
                reason=reason,
                prize=None if urgency is Urgency.MUST else min(math.ceil(worths.prize[c]), LARGEST_AMOUNT),
                kg=int(kg[c]),
                l=int(litres[c]),
                fill_level=float(means[c]),
                growth_per_day=forecast.growth_per_day,
                overflow_risk=float(risks[c]),
                next_chance_s=_moment(next_s[c]),
                due_s=None if dues.day[c] == NO_DAY else _moment(ahead.chances_s[c, dues.day[c]]),
                later_cost=float(worths.later[c]),
                later_s=None if worths.day[c] == NO_DAY else _moment(ahead.chances_s[c, worths.day[c]]),
                last_observed_s=forecast.last_observed_s,
                last_level=forecast.last_level,
            )
        )
    return found


def _verdict(
    night: Night,
    c: int,
    *,
    due_today: bool,
    for_interval: bool,
    surely_full: bool,
    worth_standing: bool,
    taken_along: bool,
    crowded_out: bool,
    level: float,
    risk: float,
) -> tuple[Urgency, ReasonCode]:
    container = night.containers[c]
    closed = night.closed[c]
    if closed is not None:
        return Urgency.SKIP, closed
    if container.id in night.requests or due_today:
        observed_s = night.forecasts[container.id].last_observed_s
        silent = observed_s is None or night.known_s - observed_s >= SILENT_S
        reason = ReasonCode.NO_TRUSTED_READING if silent and not surely_full else ReasonCode.OVERFLOW_RISK
        if container.id in night.requests:
            reason = ReasonCode.REQUESTED
        elif for_interval:
            reason = ReasonCode.INTERVAL
        return Urgency.MUST, reason
    if not worth_standing:
        return Urgency.SKIP, ReasonCode.RISK_LOW
    if taken_along and risk >= WORTH_TELLING:
        return Urgency.MAY, ReasonCode.OVERFLOW_RISK
    if crowded_out:
        return Urgency.MAY, ReasonCode.COMING_DAYS_FULL
    full = level >= container.fullness_threshold
    return Urgency.MAY, ReasonCode.ABOVE_THRESHOLD if full else ReasonCode.ON_THE_WAY


def _amounts(night: Night, ahead: Ahead, policy: Policy) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    levels = ahead.forecasts.quantiles(policy.capacity_quantile, ahead.from_s)
    share = np.clip(levels, 0.0, MOST_FULL)
    mass = np.array([container.full_mass_kg for container in night.containers])
    volume = np.array([container.capacity_l for container in night.containers], dtype=float)
    return np.ceil(share * mass), np.ceil(share * volume)


def _moment(at_s: float) -> float | None:
    return float(at_s) if np.isfinite(at_s) else None
