"""What a set of tours costs and which rules it breaks, computed from the instance alone.

It shares nothing with the engines nor with ``routing``: engines hand over tours, and no figure of theirs is believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.benchmarks.routing.instance import Customer, Facility, Instance, Tour


@dataclass(frozen=True, slots=True)
class Verdict:
    """Cost in the units of the instance, tours driven, and faults in words (none: it may be driven)."""

    cost: int
    tours: int
    faults: tuple[str, ...]


def judge(instance: Instance, tours: Sequence[Tour], *, with_lunch: bool = True, with_day_caps: bool = True) -> Verdict:
    """Judge tours. Lunch and the caps of the day can be left out for engines that do not know them."""
    driven = [tour for tour in tours if tour.nodes]
    court = _Court(instance, with_lunch, with_day_caps)
    cost = 0
    for tour in driven:
        cost += court.follow(tour)
    cost += court.account(driven)
    return Verdict(cost, len(driven), tuple(court.faults))


class _Court:
    def __init__(self, instance: Instance, with_lunch: bool, with_day_caps: bool) -> None:
        self._instance = instance
        self._with_lunch = with_lunch and instance.lunch is not None
        self._with_day_caps = with_day_caps
        self._customers = {customer.node: customer for customer in instance.customers}
        self._facilities = {facility.node: facility for facility in instance.facilities}
        self.faults: list[str] = []

    def follow(self, tour: Tour) -> int:
        """Check one tour; returns how far it goes."""
        instance = self._instance
        nodes = list(tour.nodes)
        unknown = [node for node in nodes if node not in self._customers and node not in self._facilities]
        if unknown:
            self.faults.append(f"{_name(tour)}: nodes {unknown} are neither customers nor facilities")
            return 0
        if nodes[-1] not in self._facilities:
            if instance.depot not in self._facilities:
                self.faults.append(f"{_name(tour)}: comes home without emptying itself")
            nodes.append(instance.depot)
        trips = list(_trips(nodes, self._facilities))
        for trip in trips:
            load = sum(self._customers[node].demand for node in trip if node in self._customers)
            if load > instance.capacity:
                self.faults.append(f"{_name(tour)}: a trip carries {load}, {load - instance.capacity} too much")
        served = [self._customers[node] for node in nodes if node in self._customers]
        if instance.trips is not None and sum(len(trip) > 1 for trip in trips) > instance.trips:
            self.faults.append(f"{_name(tour)}: {len(trips)} trips")
        if self._with_day_caps:
            day_load = sum(customer.demand for customer in served)
            if instance.day_demand is not None and day_load > instance.day_demand:
                self.faults.append(f"{_name(tour)}: {day_load} on the day, {day_load - instance.day_demand} too much")
            if instance.day_customers is not None and len(served) > instance.day_customers:
                self.faults.append(f"{_name(tour)}: {len(served)} customers on the day")
        self._check_times(tour, trips)
        way = [instance.depot, *nodes, instance.depot]
        return sum(int(instance.distances[a, b]) for a, b in pairwise(way))

    def _check_times(self, tour: Tour, trips: list[list[int]]) -> None:
        """Everything as early as possible, which is right because no rule asks for a short day."""
        nodes = [node for trip in trips for node in trip]
        if not self._with_lunch:
            if fault := self._clock(trips, None, False):
                self.faults.append(f"{_name(tour)}: {fault}")
            return
        attempts = ((number, there) for number in range(len(nodes) + 1) for there in (False, True))
        if all(self._clock(trips, number, there) is not None for number, there in attempts):
            why = self._clock(trips, None, False) or "no time for lunch"
            self.faults.append(f"{_name(tour)}: {why}")

    def _clock(self, trips: list[list[int]], lunch_before: int | None, lunch_there: bool) -> str | None:
        """Drive the tour with lunch before the n-th leg's end; what is wrong with it, or None.

        ``lunch_there``: after the leg, at its destination, instead of before it.
        """
        instance, lunch = self._instance, self._instance.lunch
        now, place, number = instance.early, instance.depot, 0
        for trip in trips:
            releases = [self._customers[node].release for node in trip if node in self._customers]
            now = max([now, *releases])
            for node in trip:
                for_lunch = lunch is not None and number == lunch_before
                if for_lunch and lunch is not None and not lunch_there:
                    if number == 0 or max(now, lunch.early) > lunch.late:
                        return "lunch too late"
                    now = max(now, lunch.early) + lunch.duration
                now += int(instance.durations[place, node])
                if for_lunch and lunch is not None and lunch_there:
                    if max(now, lunch.early) > lunch.late:
                        return "lunch too late"
                    now = max(now, lunch.early) + lunch.duration
                visited: Customer | Facility = self._customers.get(node) or self._facilities[node]
                now = max(now, visited.early)
                if now > visited.late:
                    return f"{now - visited.late} late at node {node}"
                now += visited.service
                place, number = node, number + 1
        if lunch is not None and number == lunch_before:
            if lunch_there or max(now, lunch.early) > lunch.late:
                return "lunch too late"
            now = max(now, lunch.early) + lunch.duration
        now += int(instance.durations[place, instance.depot])
        return f"home {now - instance.late} late" if now > instance.late else None

    def account(self, tours: Sequence[Tour]) -> int:
        """Check that everyone is served as asked; returns the prizes missed."""
        instance = self._instance
        for day, count in Counter(tour.day for tour in tours).items():
            if count > instance.vehicles:
                self.faults.append(f"day {day}: {count} tours but {instance.vehicles} vehicles")
        days = {customer.node: [] for customer in instance.customers}
        for tour in tours:
            for node in tour.nodes:
                if node in days:
                    days[node].append(tour.day)
        missed = 0
        for customer in instance.customers:
            visits = tuple(sorted(days[customer.node]))
            if visits in (customer.patterns or ((0,),)):
                continue
            if not visits and customer.prize is not None:
                missed += customer.prize
            elif not visits:
                self.faults.append(f"customer {customer.node} is not visited")
            else:
                self.faults.append(f"customer {customer.node} is visited on the days {list(visits)}")
        return missed


def _trips(nodes: Sequence[int], facilities: dict[int, Facility]) -> Iterator[list[int]]:
    """Runs of nodes that each end with a facility."""
    trip: list[int] = []
    for node in nodes:
        trip.append(node)
        if node in facilities:
            yield trip
            trip = []


def _name(tour: Tour) -> str:
    return f"tour {tour.nodes[0]}..{tour.nodes[-1]} of day {tour.day}"
