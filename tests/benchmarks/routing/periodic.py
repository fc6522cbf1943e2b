"""Which days each customer is visited on: a search over day patterns, around any engine that solves one day.

Given the patterns the days are independent. The search starts from a pattern for each customer that keeps the days even
and near, and then moves one customer, or exchanges two, to other patterns: those first whose removal from and cheapest
insertion into the present tours promise most. The days concerned are solved by the engine; what is better is kept, and
now and then what is a little worse (simulated annealing). Days already solved are remembered. At the end every day is
solved once more, with more time.
"""

from __future__ import annotations

import math
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tests.benchmarks.routing.instance import Customer, Instance, Tour
from tests.benchmarks.routing.judge import judge

SolveDay = Callable[[Mapping[int, tuple[int, ...]], int, float], list[Tour]]
"""Called with the days of each customer, the day to solve, and the seconds it may take."""

MISSED = 10_000
"""What a customer left out counts, in units of cost."""

FINAL_SHARE = 0.15
"""Share of the time for solving the chosen days once more."""

DAY_S = 0.25
"""How long a day may take during the search."""

HOTTEST = 0.01
"""How much worse, as a share of the cost, is accepted with a probability of 1/e at the beginning (at the end: none)."""

PATIENCE = 60
"""Moves without a better best after which the search goes back to it."""


def search_side_by_side(instance: Instance, seconds: float, cores: int, seed: int, solve_day: SolveDay) -> list[Tour]:
    """One search a core, from different seeds; the best counts."""
    ends_at = time.monotonic() + seconds
    context = multiprocessing.get_context("fork")
    pairs = [context.Pipe(duplex=False) for _ in range(cores)]
    # Daemons, which may start no processes of their own: a day is too small for that.
    workers = [
        context.Process(target=_work, args=(sender, instance, ends_at, 100 * seed + number, solve_day), daemon=True)
        for number, (_, sender) in enumerate(pairs)
    ]
    for worker in workers:
        worker.start()
    found: list[list[Tour]] = [receiver.recv() for receiver, _ in pairs]
    for worker in workers:
        worker.join()

    def worth(tours: list[Tour]) -> tuple[int, int]:
        verdict = judge(instance, tours)
        return len(verdict.faults), verdict.cost

    return min(found, key=worth)


def _work(sender: object, instance: Instance, ends_at: float, seed: int, solve_day: SolveDay) -> None:
    sender.send(search(instance, ends_at, seed, solve_day))  # type: ignore[attr-defined]


def search(instance: Instance, ends_at: float, seed: int, solve_day: SolveDay) -> list[Tour]:
    """Tours of all days, found until ``ends_at`` on the monotonic clock."""
    began_at = time.monotonic()
    settles_at = ends_at - FINAL_SHARE * (ends_at - began_at)
    chance = random.Random(seed)
    customers = {each.node: each for each in instance.customers}
    plan = _Plan(instance, solve_day)
    now = _first(instance, chance)
    value = plan.value(now)
    best, best_value = dict(now), value
    stale = 0
    while time.monotonic() < settles_at and any(len(each.patterns) > 1 for each in instance.customers):
        left = (settles_at - time.monotonic()) / (settles_at - began_at)
        moves = sorted(_moves(plan, now, customers), key=lambda move: move.promise)
        # Half of the choices fall on the most promising eighth.
        rank = int(chance.expovariate(5.5 / len(moves)))
        tried = now | moves[min(rank, len(moves) - 1)].days
        tried_value = plan.value(tried)
        warmth = max(0.3, HOTTEST * left * best_value)
        stale += 1
        if chance.random() < math.exp(min(0.0, (value - tried_value) / warmth)):
            now, value = tried, tried_value
        if value < best_value:
            best, best_value, stale = dict(now), value, 0
        elif stale > PATIENCE:
            now, value, stale = dict(best), best_value, 0
    return plan.settle(best, ends_at)


@dataclass(frozen=True, slots=True)
class _Move:
    days: dict[int, tuple[int, ...]]
    promise: float


class _Plan:
    """Days solved so far, by who is visited."""

    def __init__(self, instance: Instance, solve_day: SolveDay) -> None:
        self.instance = instance
        self._solve_day = solve_day
        self._known: dict[tuple[int, frozenset[int]], tuple[int, list[Tour]]] = {}

    def value(self, days: Mapping[int, tuple[int, ...]]) -> int:
        return sum(self.day(days, day)[0] for day in range(self.instance.days))

    def day(self, days: Mapping[int, tuple[int, ...]], day: int, limit_s: float = DAY_S) -> tuple[int, list[Tour]]:
        """Cost and tours of a day. Any two days with the same customers are one problem."""
        who = frozenset(node for node, chosen in days.items() if day in chosen)
        known = self._known.get((0, who))
        if known is None or limit_s > DAY_S:
            tours = self._solve_day(days, day, limit_s)
            cost = self._cost(who, tours)
            if known is None or cost < known[0]:
                known = self._known[0, who] = cost, tours
        return known[0], [Tour(tour.nodes, day) for tour in known[1]]

    def _cost(self, who: frozenset[int], tours: list[Tour]) -> int:
        distances, depot = self.instance.distances, self.instance.depot
        cost = MISSED * len(who - {node for tour in tours for node in tour.nodes})
        for tour in tours:
            way = (depot, *tour.nodes, depot)
            cost += sum(int(distances[a, b]) for a, b in pairwise(way))
        return cost

    def settle(self, days: Mapping[int, tuple[int, ...]], ends_at: float) -> list[Tour]:
        tours: list[Tour] = []
        for day in range(self.instance.days):
            left_s = max(DAY_S, (ends_at - time.monotonic()) / (self.instance.days - day))
            tours += self.day(days, day, left_s)[1]
        return tours


def _first(instance: Instance, chance: random.Random) -> dict[int, tuple[int, ...]]:
    """The most frequent first; of the patterns that keep the load even that nearest to who is there already."""
    days: dict[int, tuple[int, ...]] = {}
    load = [0.0] * instance.days
    there: list[list[int]] = [[instance.depot] for _ in range(instance.days)]
    fair = sum(each.demand * len(each.patterns[0]) for each in instance.customers) / instance.days
    order = sorted(instance.customers, key=lambda each: (-len(each.patterns[0]), chance.random()))
    for each in order:

        def price(pattern: tuple[int, ...], each: Customer = each) -> float:
            near = sum(min(int(instance.distances[each.node, other]) for other in there[day]) for day in pattern)
            over = sum(max(0.0, load[day] + each.demand - fair) for day in pattern) / max(fair, 1)
            return near + 50 * over + chance.random()

        chosen = min(each.patterns, key=price)
        days[each.node] = chosen
        for day in chosen:
            load[day] += each.demand
            there[day].append(each.node)
    return days


def _moves(plan: _Plan, days: Mapping[int, tuple[int, ...]], customers: Mapping[int, Customer]) -> Iterator[_Move]:
    """One customer to another pattern, with what the present tours promise of it; and some exchanges of two."""
    instance = plan.instance
    ways = [
        [(instance.depot, *tour.nodes, instance.depot) for tour in plan.day(days, day)[1]] or [(instance.depot,) * 2]
        for day in range(instance.days)
    ]
    distances = instance.distances.tolist()
    saved: dict[tuple[int, int], int] = {}
    for day, tours in enumerate(ways):
        for way in tours:
            for a, node, b in zip(way, way[1:], way[2:], strict=False):
                saved[node, day] = distances[a][node] + distances[node][b] - distances[a][b]
    singles: list[_Move] = []
    for node, customer in customers.items():
        gone = sum(saved.get((node, day), 0) for day in days[node])
        for pattern in customer.patterns:
            if pattern == days[node]:
                continue
            added = sum(
                min(
                    distances[a][node] + distances[node][b] - distances[a][b]
                    for way in ways[day]
                    for a, b in pairwise(way)
                )
                for day in pattern
            )
            singles.append(_Move({node: pattern}, added - gone))
    singles.sort(key=lambda move: move.promise)
    yield from singles
    front = singles[:40]
    for number, one in enumerate(front):
        ((first, to_first),) = one.days.items()
        for other in front[number + 1 :]:
            ((second, to_second),) = other.days.items()
            if first != second and days[first] == to_second and days[second] == to_first:
                yield _Move(one.days | other.days, one.promise + other.promise)
