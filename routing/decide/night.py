"""What is known on the evening before a day, as deciding sees it, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from domain.containers import Container, Fraction
from domain.geography import Position
from domain.plans import ReasonCode, Urgency
from domain.visit_requests import RequestKind
from routing.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Crew:
    """The trucks that take the same fractions on one day, together: what they can do.

    ``work_s``: seconds of shifts without breaks; ``kg``, ``l``: capacity of all their trips that fit in the day;
    ``vehicles``: how many trucks; ``loads``: how many truckloads that is.
    """

    fractions: frozenset[Fraction]
    vehicles: int
    work_s: int
    kg: int
    l: int  # noqa: E741 - litre
    loads: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """The day to plan and the days after it. C containers, D days; the day to plan is column 0.

    Parameters
    ----------
    containers
        All of them, (C,).
    forecasts
        By container id.
    visits_s
        float64 (C, D): epoch seconds at which a truck would come to each container on each day, NaN where none can or
        may. Days without any collection have a column all the same: D is the policy's ``look_ahead_days`` + 1 at least,
        and more when a container's next chance lies further off.
    closed
        (C,): why column 0 is NaN (NO_VEHICLE, NOT_A_FIXED_DAY, TOO_SOON, DAY_OFF, MARKET); None where it is not.
    crews
        (D,): the trucks at work on each day.
    depot
        Where most trucks start.
    known_s
        Epoch seconds of the last reading that could be known.
    requests
        By container id: visits that somebody asked for and nobody has made since.
    rounds_s
        By container id: when it is taken to have been emptied, or to be emptied before the day to plan, though nobody
        has seen it (epoch seconds); the forecasts know of it.
    """

    containers: Sequence[Container]
    forecasts: Mapping[int, Forecast]
    visits_s: NDArray[np.float64]
    closed: Sequence[ReasonCode | None]
    crews: Sequence[Sequence[Crew]]
    depot: Position
    known_s: float
    requests: Mapping[int, RequestKind] = field(default_factory=dict[int, RequestKind])
    rounds_s: Mapping[int, float] = field(default_factory=dict[int, float])


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is decided for one container before any route is known. Moments in epoch seconds.

    Parameters
    ----------
    urgency, reason
        MUST, MAY or SKIP, and why.
    prize
        What a visit today is worth in cents; None when it must be visited.
    kg, l
        Amounts to keep room for.
    fill_level, growth_per_day
        The forecast's mean when the truck would come (column 0, or the first day that it can), and its rate.
    overflow_risk
        P(fill level > 1) just before the next chance after today.
    next_chance_s
        That chance; None: none is known.
    due_s
        The last chance by which it has to be visited; None: later than was looked at.
    later_cost
        What a visit at the best later chance is expected to cost, cents.
    later_s
        That best later chance; None: there is none.
    last_observed_s, last_level
        The newest good reading.
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
    due_s: float | None
    later_cost: float
    later_s: float | None
    last_observed_s: float | None
    last_level: float | None
