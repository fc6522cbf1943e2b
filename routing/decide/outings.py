"""On which of the coming days trucks go out at all: few full outings in place of many for a handful of stops.

For the containers that the same trucks take, every set of outing days of the coming week is reckoned through with all
of them: an outing takes along each container whose overflow until the next outing would cost more than is gained by
leaving it; what is taken along fills up again. The cheapest set that keeps the service level is chosen. Only its first
day is carried out: on the next evening it is all reckoned anew, from what is known then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.decide.ahead import FULL_SHARE, NO_DAY, Ahead
from routing.decide.costs import Costs
from routing.decide.due import MOST_EXPOSURE
from routing.decide.policy import Policy

MOST_DAYS = 8
"""So many chances ahead are combined, 256 sets; what lies beyond counts by the share of a cycle that is left then."""

FEWEST_DAYS = 3

CELLS = 200_000
"""Sets times containers: of large pools, whose trucks go out on most days anyway, fewer days are combined."""

A_MOMENT_DAYS = 0.3
"""Chances of one day differ by hours from street to street: what is less than this apart is the same day."""

LATE = 20.0
"""What a day costs, in usual visits, by which a visit that was asked for, or that an interval wants, is late."""

NO_ROOM = 3.0
"""What a stop costs, in usual visits, that the day's trucks have no room for."""

COMES_TRUE = 0.9
"""Of the exposure that is reckoned with no more than this comes: new readings bring trucks before it does."""

DEARER = 1.6
DEAREST = 12
"""The price of an overflowing day by which an outing takes containers along is raised by this factor, so many times at
most: the more each outing takes, the fewer are needed."""

PATIENCE = 3
"""No higher price is tried after so many that led to nothing cheaper."""


@dataclass(frozen=True, slots=True, eq=False)
class Outings:
    """C containers and D days, today's column 0.

    Parameters
    ----------
    planned
        (C,): the outing that is to take each container, a column; ``NO_DAY``: later than was looked at.
    goes_out
        (C, D): whether the trucks of the container's pool are to go out on that day.
    price
        (C,): cents for a day of overflowing, at which its pool keeps the service level.
    """

    planned: NDArray[np.int64]
    goes_out: NDArray[np.bool_]
    price: NDArray[np.float64]

    def next_s(self, ahead: Ahead) -> NDArray[np.float64]:
        """When the next outing after today's can take each container, (C,) epoch seconds; without one, the next chance
        (NaN: none known)."""
        later = self.goes_out[:, 1:] & ahead.open_days[:, 1:]
        first = 1 + later.argmax(axis=1)
        return np.where(later.any(axis=1), ahead.chances_s[np.arange(len(first)), first], ahead.next_s)


def outings(ahead: Ahead, costs: Costs, by_day: NDArray[np.int64], policy: Policy) -> Outings:
    """Plan the outings of each pool of containers.

    The service level is granted to the containers of a pool together, and is spent where it saves most: of all sets of
    outings, at all prices of an overflowing day (the same for all containers) by which an outing decides whom it takes
    along, the cheapest is chosen that is not expected to leave more overflowing than is granted.

    Parameters
    ----------
    by_day
        (C,): the column by which a visit was asked for, or has to be made for a longest interval; ``NO_DAY``: neither.
    """
    containers, days = ahead.chances_s.shape
    planned = np.full(containers, NO_DAY, dtype=np.int64)
    goes_out = np.zeros((containers, days), dtype=bool)
    price = np.full(containers, float(policy.service.overflow_cost))
    for number in np.unique(costs.pools).tolist():
        theirs = np.flatnonzero(costs.pools == number)
        most = int(np.clip(np.log2(CELLS / len(theirs)), FEWEST_DAYS, MOST_DAYS))
        chances = np.flatnonzero(ahead.open_days[theirs].any(axis=0))[:most]
        if not len(chances):
            continue
        chosen = _cheapest(_Pool.of(theirs, chances, ahead, costs, by_day), policy)
        goes_out[np.ix_(theirs, chances[chosen.outings])] = True
        planned[theirs] = np.where(chosen.first == NO_DAY, NO_DAY, chances[chosen.first])
        price[theirs] = chosen.price
    return Outings(planned, goes_out, price)


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """N containers of one pool and H chances. Days count from today's visit; costs are cents.

    Parameters
    ----------
    at_days
        (H + 1,): when the chances are, and where the reckoning ends.
    open_days
        (N, H): whether a truck can come to each.
    exposed
        (N, H + 1): expected overflowing days from today until each chance, if nobody comes.
    asked
        (N,): whether somebody asked for a visit, or an interval wants one.
    full_days
        (N,): the day by which it is wanted, or else on which the container is 85 % full.
    visit, service
        (N,): a usual visit all in, and the standing.
    piece
        The piece of the tour for each stop if all were visited.
    truck, leg, load, most, a_truck
        As in :class:`~routing.decide.costs.Costs`.
    """

    at_days: NDArray[np.float64]
    open_days: NDArray[np.bool_]
    exposed: NDArray[np.float64]
    asked: NDArray[np.bool_]
    full_days: NDArray[np.float64]
    cycle_days: NDArray[np.float64]
    visit: NDArray[np.float64]
    service: NDArray[np.float64]
    piece: float
    truck: float
    leg: float
    load: float
    most: float
    a_truck: float

    @classmethod
    def of(
        cls,
        theirs: NDArray[np.int64],
        chances: NDArray[np.int64],
        ahead: Ahead,
        costs: Costs,
        by_day: NDArray[np.int64],
    ) -> _Pool:
        open_days = ahead.open_days[np.ix_(theirs, chances)]
        waits = np.nanmedian(np.where(open_days, ahead.waits_days[np.ix_(theirs, chances)], np.nan), axis=0)
        pause = float(np.diff(waits).mean()) if len(waits) > 1 else 1.0
        passed = np.cumsum(np.nan_to_num(ahead.exposure[theirs], nan=0.0), axis=1)
        passed = np.concatenate([np.zeros((len(theirs), 1)), passed], axis=1)
        left = np.maximum(FULL_SHARE - ahead.forecasts.means(ahead.from_s), 0.0)
        wanted = ahead.waits_days[np.arange(len(by_day)), np.maximum(by_day, 0)]
        full_days = np.where(
            by_day == NO_DAY, np.minimum(left / np.maximum(ahead.rates, 1e-9), ahead.cycle_days), wanted
        )
        one = theirs[0]
        return cls(
            at_days=np.append(waits, waits[-1] + pause),
            open_days=open_days,
            exposed=passed[:, [*chances.tolist(), int(chances[-1]) + 1]],
            asked=by_day[theirs] != NO_DAY,
            full_days=np.where(by_day == NO_DAY, full_days, wanted)[theirs],
            cycle_days=ahead.cycle_days[theirs],
            visit=costs.visit[theirs],
            service=costs.service[theirs],
            piece=float(costs.tour(costs.around[theirs], theirs).mean()),
            truck=costs.truck,
            leg=float(costs.legs[one]),
            load=float(costs.loads[one]),
            most=float(costs.most[one]),
            a_truck=float(costs.a_truck[one]),
        )

    @property
    def unavoidable(self) -> float:
        """Overflowing days until the first chance of each container: no outing changes them."""
        first = np.where(self.open_days.any(axis=1), self.open_days.argmax(axis=1), -1)
        return float(self.exposed[np.arange(len(first)), first].sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """Outings as positions among the chances, the first of them that takes each container (or ``NO_DAY``), the
    overflowing days that are left, what it all costs at the policy's price of one, and the price of one at which the
    service level would be kept by weighing costs alone."""

    outings: NDArray[np.int64]
    first: NDArray[np.int64]
    overflow_days: float
    cost: float
    price: float

    def better_than(self, other: _Chosen, allowed: float) -> bool:
        """Cheaper, where both leave no more overflowing days than allowed; else less overflowing."""
        if self.overflow_days <= allowed and other.overflow_days <= allowed:
            return self.cost < other.cost
        return self.overflow_days < other.overflow_days


def _cheapest(pool: _Pool, policy: Policy) -> _Chosen:
    """The cheapest of all sets of outings, at all prices, that leaves no more overflow than is granted.

    Where none does, that which leaves the least of those that are cheapest at one of the prices.
    """
    span_days = float(pool.at_days[-1] - pool.at_days[0])
    granted = policy.service.overflows_per_1000 / 1000 * len(pool.visit) * span_days / COMES_TRUE
    allowed = pool.unavoidable + granted
    policy_price = price = float(policy.service.overflow_cost)
    chances = pool.open_days.shape[1]
    sets = (np.arange(2**chances)[:, None] >> np.arange(chances)) & 1 == 1
    following = _following(sets, pool.open_days)
    best: _Chosen | None = None
    due_price: float | None = None
    since = 0
    for _ in range(DEAREST):
        found, keeps = _at_price(pool, sets, following, price, policy_price=policy_price, allowed=allowed)
        if keeps and due_price is None:
            due_price = price
        if best is None or found.better_than(best, allowed):
            best, since = found, 0
        elif best.overflow_days <= allowed:
            since += 1
        if since >= PATIENCE and due_price is not None:
            break
        price *= DEARER
    assert best is not None
    return replace(best, price=due_price or price / DEARER)


def _at_price(
    pool: _Pool,
    sets: NDArray[np.bool_],
    following: list[NDArray[np.int64]],
    price: float,
    *,
    policy_price: float,
    allowed: float,
) -> tuple[_Chosen, bool]:
    """The best of all sets of outings, (S, H), when an outing takes whom it is worth it at so many cents for an
    overflowing day; and whether the set that is cheapest at that price leaves no more overflow than allowed.

    All (S, N) at once, day by day. Until its first visit a container's exposure is the forecast's; after that it counts
    as overflowing from ``full``, when it is 85 % full again.
    """
    number, chances = pool.open_days.shape
    full = np.repeat(pool.full_days[None, :], len(sets), axis=0)
    first = np.full(full.shape, NO_DAY, dtype=np.int64)
    overflow = np.repeat(pool.exposed[None, :, -1], len(sets), axis=0)
    cost = np.zeros(len(sets))
    rows = np.arange(number)
    for day in range(chances):
        at_day = pool.at_days[day]
        next_day = following[day]
        next_at = pool.at_days[next_day]
        been = first != NO_DAY
        waiting = np.where(
            been,
            np.maximum(next_at - full, 0.0) - np.maximum(at_day - full, 0.0),
            pool.exposed[rows, next_day] - pool.exposed[:, day],
        )
        gained = pool.visit * (next_at - at_day) / pool.cycle_days
        wanted = (price * waiting > gained) | (waiting > MOST_EXPOSURE)
        wanted |= pool.asked & ~been & (full < next_at - A_MOMENT_DAYS)
        taken = wanted & sets[:, day, None] & pool.open_days[:, day]
        late = np.where(taken, np.maximum(at_day - full, 0.0), 0.0)
        overflow = np.where(taken, np.where(been, overflow + late, pool.exposed[:, day]), overflow)
        cost += LATE * np.where(been | ~pool.asked, 0.0, late * pool.visit).sum(axis=1)
        cost += np.where(sets[:, day], _outing_cost(pool, taken), 0.0)
        first = np.where(taken & ~been, day, first)
        full = np.where(taken, at_day + pool.cycle_days, full)
    been = first != NO_DAY
    late = np.maximum(pool.at_days[-1] - full, 0.0)
    overflow += np.where(been, late, 0.0)
    cost += LATE * np.where(been | ~pool.asked, 0.0, late * pool.visit).sum(axis=1)
    left = np.maximum(full - pool.at_days[-1], 0.0) / pool.cycle_days
    expected = overflow.sum(axis=1)
    cost -= (left * pool.visit).sum(axis=1)
    within = expected <= allowed
    balanced = int((cost + price * expected).argmin())
    cost += policy_price * expected
    best = int(np.where(within, cost, np.inf).argmin()) if within.any() else balanced
    chosen = _Chosen(np.flatnonzero(sets[best]), first[best], float(expected[best]), float(cost[best]), price)
    return chosen, bool(within[balanced])


def _following(sets: NDArray[np.bool_], open_days: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """For each chance the position of the next outing that can take each container, (S, N); H: none."""
    chances = sets.shape[1]
    patterns, pattern = np.unique(open_days, axis=0, return_inverse=True)
    goes_there = sets[:, None, :] & patterns
    found = [np.full(goes_there.shape[:2], chances)]
    for day in range(chances - 1, 0, -1):
        found.append(np.where(goes_there[..., day], day, found[-1]))
    return [each[:, pattern] for each in reversed(found)]


def _outing_cost(pool: _Pool, taken: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Cents of an outing that takes these containers, (S,): standing, the tour, the trucks and a load that is not
    full."""
    stops = taken.sum(axis=1)
    trucks = pool.truck * np.maximum(stops / pool.a_truck, 1.0)
    part_load = pool.leg * np.maximum(1.0 - stops / pool.load, 0.0)
    crowd = NO_ROOM * float(pool.visit.mean()) * np.maximum(stops - pool.most, 0.0)
    tour = pool.piece * np.sqrt(len(pool.service) * stops)
    return np.asarray((taken * pool.service).sum(axis=1) + tour + trucks + part_load + crowd)
