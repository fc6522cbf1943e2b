"""A problem laid out as PyVRP numbers it: crews, clients, then depots, and what of money and time it is told at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.problem import LATEST_S, UNREACHABLE, Stop, TimeWindow
from routing.solvers.plan.cost import scale
from routing.solvers.plan.index import Index
from routing.solvers.pyvrp_engine.anchors import Anchor
from routing.solvers.pyvrp_engine.clock import Clock, clock_of
from routing.solvers.pyvrp_engine.crews import Crew, Tip, crews
from routing.solvers.pyvrp_engine.shares import Share

ALWAYS: TimeWindow = (0, LATEST_S)


@dataclass(frozen=True, slots=True)
class Client:
    """A stop with one of its windows, or the anchor of the crew with number ``owner``."""

    place: Stop | Anchor
    window: TimeWindow | None
    owner: int | None = None

    @property
    def stop(self) -> Stop | None:
        """The stop, unless it is an anchor."""
        return self.place if isinstance(self.place, Stop) else None

    @property
    def entry(self) -> int:
        """The location where it is come to."""
        return self.place.location if isinstance(self.place, Stop) else self.place.entry

    @property
    def exit(self) -> int:
        """The location from where it is left."""
        return self.place.location if isinstance(self.place, Stop) else self.place.exit


@dataclass(frozen=True, slots=True)
class Depot:
    """A start or a plain end, a tip, or (``folded``) a virtual end, to which the way leads over a tip."""

    entry: int
    exit: int
    window: TimeWindow = ALWAYS
    tip: Tip | None = None
    folded: bool = False

    @property
    def service_s(self) -> int:
        """Service at the last site of a tip; what comes before it is on the way to it."""
        return self.tip.sites[-1].service_s if self.tip is not None else 0

    @property
    def done(self) -> TimeWindow:
        """When service may end."""
        return self.window[0] + self.service_s if self.window[0] else 0, min(LATEST_S, self.window[1] + self.service_s)


class Layout:
    """What PyVRP's numbers stand for.

    ``anchor_of``: the client where a crew goes on from. ``start_of``, ``end_of``, ``tips_of``: depots of each crew.
    ``timeless``: PyVRP plans without times. ``priced``: its distances are costs, because they hold more than driving:
    driving time or the cost of a change. ``penalty``: what leaving out a required stop costs, in PyVRP's units.
    ``released``: trips wait for releases, which to PyVRP is before service at a depot: so service is on the way to it.
    """

    def __init__(self, index: Index, rests: Mapping[int, int], shares: Mapping[int, Share]) -> None:
        self.index = index
        self.crews: list[Crew] = crews(index, rests, shares)
        self.clock = clock_of([crew.vehicle for crew in self.crews]) if self.crews else Clock()
        served = frozenset[int]().union(*(crew.stop_ids for crew in self.crews))
        self.clients: list[Client] = [
            Client(stop, window)
            for stop in index.problem.stops
            if stop.id in served
            for window in stop.time_windows or (None,)
        ]
        self.anchor_of: dict[int, int] = {}
        for number, crew in enumerate(self.crews):
            if crew.anchor is not None:
                self.anchor_of[number] = len(self.clients)
                self.clients.append(Client(crew.anchor, crew.anchor.window, number))
        self.scale = scale(index.problem)
        self.penalty = self.scale.scaled(self.scale.penalty) + 1
        self._place_depots()
        self.released = any(client.stop is not None and client.stop.release_s for client in self.clients)
        self.timeless = bool(self.clients) and self._is_timeless()
        self.priced = self.timeless or index.problem.change_cost > 0

    def told(self, window: TimeWindow) -> TimeWindow:
        """A window as the clock tells it."""
        return self.clock.told(window[0]), self.clock.told(window[1])

    def changed(self, crew: Crew) -> list[int]:
        """Clients that an earlier plan gave to a vehicle outside this crew."""
        if not self.index.problem.change_cost:
            return []
        own = {vehicle.id for vehicle in crew.vehicles}
        return [
            number
            for number, client in enumerate(self.clients)
            if client.stop is not None
            and client.stop.planned_vehicle is not None
            and client.stop.planned_vehicle not in own
        ]

    def _place_depots(self) -> None:
        number_of: dict[object, int] = {}
        self.depots: list[Depot] = []

        def number(key: object, depot: Depot) -> int:
            if key not in number_of:
                number_of[key] = len(self.depots)
                self.depots.append(depot)
            return number_of[key]

        self.start_of: list[int] = []
        self.end_of: list[int] = []
        self.tips_of: list[dict[int, Tip]] = []
        for place, crew in enumerate(self.crews):
            vehicle, start, end = crew.vehicle, crew.vehicle.start, crew.vehicle.end
            out = ("out", place) if crew.anchor is not None else ("yard", start)
            self.start_of.append(number(out, Depot(start, start)))
            self.tips_of.append(
                {
                    number(tip, Depot(tip.sites[0].location, tip.sites[-1].location, tip.window, tip)): tip
                    for tip in crew.tips
                }
            )
            if crew.folds_end:
                key = ("end", vehicle.profile, end, crew.home, vehicle.cost_per_km, vehicle.cost_per_hour)
                self.end_of.append(number(key, Depot(end, end, crew.home_window(), folded=True)))
            else:
                self.end_of.append(number(("yard", end), Depot(end, end)))

    def _is_timeless(self) -> bool:
        """Whether no time binds, nobody waits, and every place leads to every other."""
        first = self.crews[0]
        waits = self.released or any(client.window is not None for client in self.clients)
        # An opened tip and a virtual end have windows of their own where a site has hours.
        closes = any(depot.window != ALWAYS for depot in self.depots)
        barred = any(crew.stop_ids != first.stop_ids for crew in self.crews)
        return not (self.anchor_of or waits or closes or barred) and all(map(self._has_time, self.crews))

    def _has_time(self, crew: Crew) -> bool:
        """Whether one vehicle could serve everything, the longest way before each stop, without overtime."""
        vehicle, durations = crew.vehicle, crew.matrix.durations_s
        if bool((durations == UNREACHABLE).any()):
            return False
        limits = [vehicle.longest_s, LATEST_S if vehicle.max_duration_s is None else vehicle.max_duration_s]
        legs = len(self.clients) + 2
        sites_s = max((site.service_s for site in self.index.problem.disposal_sites), default=0)
        served_s = sum(c.stop.service_s + c.stop.setup_s for c in self.clients if c.stop is not None)
        return served_s + 3 * legs * (int(durations.max(initial=0)) + sites_s) <= min(limits) - crew.paused_s
