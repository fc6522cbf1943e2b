"""A problem in PyVRP's words, and PyVRP's solutions in ours.

"Empty at the yard" is a virtual end depot: the way to it from a stop leads over the cheapest tip, the way to it from a
tip is the plain one. A set-up is part of the way to a stop from another location. Where time limits nothing and no
vehicle waits, driving time is priced as distance and PyVRP plans without times, which is faster.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.plans import StepKind
from routing.problem import LATEST_S, UNREACHABLE, DisposalSite, Matrix, Stop, TimeWindow, Vehicle, Visit
from routing.solvers.plan.cost import FORBIDDEN, UNITS_PER_CENT, scale, units_per_metre, units_per_second
from routing.solvers.plan.folding import forbidding
from routing.solvers.plan.index import Index
from routing.solvers.plan.schedule import schedule
from routing.solvers.plan.visits import Visits
from routing.solvers.pyvrp_engine.clock import Clock, clock_of
from routing.solvers.pyvrp_engine.crews import UNBOUND, Anchor, Crew, Tip, crews

Values = NDArray[np.int64]

Client = tuple[Stop | None, TimeWindow | None]
"""A stop with one of its windows; without a stop: an anchor."""


class PyvrpModel:
    """One problem; ``data`` is PyVRP's view of it.

    Parameters
    ----------
    index
        The problem.
    all_required
        Whether required stops must be visited. Otherwise they have a prize that is worth every detour: slower, but
        needed where they do not all fit.
    rests
        For how many rests of a driving rule time is kept free, by vehicle id.
    """

    def __init__(self, index: Index, *, all_required: bool, rests: Mapping[int, int] | None = None) -> None:
        self._index = index
        self._all_required = all_required
        self.crews = crews(index, rests or {})
        self._clock = clock_of([crew.vehicle for crew in self.crews]) if self.crews else Clock()
        served = frozenset[int]().union(*(crew.stop_ids for crew in self.crews))
        self.clients: list[Client] = [
            (stop, window)
            for stop in index.problem.stops
            if stop.id in served
            for window in stop.time_windows or (None,)
        ]
        self._anchor_of: dict[int, int] = {}
        for number, crew in enumerate(self.crews):
            if crew.anchor is not None:
                self._anchor_of[number] = len(self.clients)
                self.clients.append((None, crew.anchor.window))
        self._units = _divisor(index)
        self._penalty = scale(index.problem).penalty // self._units + 1
        self.data: pyvrp.ProblemData = self._build() if self.clients else _nothing()

    @property
    def exact(self) -> bool:
        """Whether PyVRP's best is the problem's best."""
        return all(crew.exact for crew in self.crews)

    @property
    def anchored(self) -> bool:
        """Whether a vehicle is out already."""
        return bool(self._anchor_of)

    def _build(self) -> pyvrp.ProblemData:
        self._place_depots()
        self._timeless = self._is_timeless()
        # Prices are in the matrix where it holds more than driving: driving time or the cost of a change.
        self._priced = self._timeless or self._index.problem.change_cost > 0
        self._name_loads()
        profiles: dict[object, int] = {}
        distances: list[Any] = []
        durations: list[Any] = []
        types: list[pyvrp.VehicleType] = []
        shared_end: dict[int, list[Crew]] = {}
        for crew in self.crews:
            key = self._profile_key(crew)
            profiles.setdefault(key, len(profiles))
            shared_end.setdefault(profiles[key], []).append(crew)
        for members in shared_end.values():
            metres, seconds = self._matrices(members)
            distances.append(metres)
            durations.append(seconds)
        for number, crew in enumerate(self.crews):
            types.append(self._type(number, crew, profiles[self._profile_key(crew)]))
        places = len(self.clients) + len(self._depots)
        return pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in range(places)],
            self._clients(),
            [self._depot(number) for number in range(len(self._depots))],
            types,
            distances,
            durations,
            self._groups,
        )

    # Depots: starts and plain ends, tips, virtual ends.

    def _place_depots(self) -> None:
        self._depots: list[tuple[str, object]] = []
        number_of: dict[object, int] = {}

        def depot(*key: object) -> int:
            if key not in number_of:
                number_of[key] = len(self._depots)
                self._depots.append((str(key[0]), key[1] if len(key) == 2 else key[1:]))
            return number_of[key]

        self._start_of: list[int] = []
        self._end_of: list[int] = []
        self._tips_of: list[dict[int, Tip]] = []
        for number, crew in enumerate(self.crews):
            vehicle = crew.vehicle
            out = number if crew.anchor is not None else None
            self._start_of.append(depot("yard", vehicle.start) if out is None else depot("out", vehicle.start, out))
            self._tips_of.append({depot("tip", tip): tip for tip in crew.tips})
            if crew.folds_end:
                prices = (vehicle.cost_per_km, vehicle.cost_per_hour)
                self._end_of.append(depot("end", (vehicle.profile, vehicle.end, crew.home, prices)))
            else:
                self._end_of.append(depot("yard", vehicle.end))

    def _depot(self, number: int) -> pyvrp.Depot:
        kind, what = self._depots[number]
        location = len(self.clients) + number
        if kind == "tip":
            assert isinstance(what, Tip)
            early, late = self._told(what.window)
            service_s = 0 if self._timeless else what.sites[-1].service_s
            return pyvrp.Depot(location, service_duration=service_s, **_window(early, late))
        if kind == "end":
            early, late = self._told(self.crews[self._end_of.index(number)].home_window())
            return pyvrp.Depot(location, **_window(early, late))
        return pyvrp.Depot(location)

    def _told(self, window: TimeWindow) -> TimeWindow:
        return self._clock.told(window[0]), self._clock.told(window[1])

    # Vehicles.

    def _type(self, number: int, crew: Crew, profile: int) -> pyvrp.VehicleType:
        vehicle = crew.vehicle
        out = crew.anchor is not None
        metre, second = units_per_metre(vehicle), units_per_second(vehicle)
        fixed = 0 if vehicle.under_way else vehicle.fixed_cost * UNITS_PER_CENT
        fixed += 0 if out else crew.paused_s * second
        initial, capacity = self._capacities(crew)
        times: dict[str, Any] = {}
        if not self._timeless:
            starts_s = self._clock.told(vehicle.starts_s)
            times["tw_early"] = starts_s
            times["tw_late"] = max(starts_s, vehicle.ends_s - crew.paused_s)
            if vehicle.max_duration_s is not None:
                times["shift_duration"] = max(0, vehicle.max_duration_s - crew.paused_s)
                times["max_overtime"] = vehicle.max_overtime_s
                times["unit_overtime_cost"] = vehicle.cost_per_overtime_hour * (UNITS_PER_CENT // 3600) // self._units
            times["unit_duration_cost"] = second // self._units
        reloads = crew.max_reloads
        if self._tips_of[number] and reloads is not None:
            times["max_reloads"] = reloads
        return pyvrp.VehicleType(
            num_available=len(crew.vehicles),
            capacity=capacity,
            start_depot=self._start_of[number],
            end_depot=self._end_of[number],
            fixed_cost=fixed // self._units,
            unit_distance_cost=1 if self._priced else metre // self._units,
            profile=profile,
            initial_load=initial,
            reload_depots=list(self._tips_of[number]),
            **times,
        )

    # Loads.

    def _name_loads(self) -> None:
        """The load dimensions that can bind at all: kilograms or litres of a compartment, and caps."""
        self._dimensions: list[tuple[str, frozenset[Fraction] | None]] = []
        for crew in self.crews:
            for number, load in enumerate(crew.loads):
                amounts = [amount for stop in crew.stops for amount in stop.amounts if amount.fraction in load]
                initial, capacity = crew.initial(number), crew.capacity(number)
                for place, name in enumerate(("kg", "l")):
                    total = initial[place] + sum(amount.kg if name == "kg" else amount.l for amount in amounts)
                    if load and total > capacity[place] and (name, load) not in self._dimensions:
                        self._dimensions.append((name, load))
        for crew in self.crews:
            for name in crew.trip_caps:
                if (name, None) not in self._dimensions:
                    self._dimensions.append((name, None))

    def _demand(self, stop: Stop) -> list[int]:
        demand: list[int] = []
        for name, load in self._dimensions:
            if load is None:
                demand.append({"stops": 1, "kg": stop.kg, "l": stop.l}[name])
            else:
                amounts = [amount for amount in stop.amounts if amount.fraction in load]
                demand.append(sum(amount.kg if name == "kg" else amount.l for amount in amounts))
        return demand

    def _capacities(self, crew: Crew) -> tuple[list[int], list[int]]:
        initial: list[int] = []
        capacity: list[int] = []
        for name, load in self._dimensions:
            if load is None:
                initial.append(0)
                capacity.append(crew.trip_caps.get(name, UNBOUND))
            elif load not in crew.loads:
                initial.append(0)
                capacity.append(UNBOUND)
            else:
                place = 0 if name == "kg" else 1
                initial.append(0 if crew.anchor else crew.initial(crew.loads.index(load))[place])
                capacity.append(crew.capacity(crew.loads.index(load))[place])
        return initial, capacity

    def _anchored(self, crew: Crew, anchor: Anchor) -> list[int]:
        amounts = {"kg": anchor.kg, "l": anchor.l}
        return [
            amounts[name][crew.loads.index(load)] if load is not None and load in crew.loads else 0
            for name, load in self._dimensions
        ]

    # Clients.

    def _clients(self) -> list[pyvrp.Client]:
        self._groups: list[pyvrp.ClientGroup] = []
        group_of: dict[int, int] = {}
        crew_of = {client: number for number, client in self._anchor_of.items()}
        clients: list[pyvrp.Client] = []
        for number, (stop, window) in enumerate(self.clients):
            times = {} if window is None or self._timeless else _window(*self._told(window))
            if stop is None:
                crew = self.crews[crew_of[number]]
                assert crew.anchor is not None
                pickup, service_s = self._anchored(crew, crew.anchor), crew.anchor.service_s
                clients.append(pyvrp.Client(number, pickup=pickup, service_duration=service_s, **times))
                continue
            required = self._all_required and stop.required
            if len(stop.time_windows) > 1:
                if stop.id not in group_of:
                    group_of[stop.id] = len(self._groups)
                    self._groups.append(pyvrp.ClientGroup(required=required))
                self._groups[group_of[stop.id]].add_client(number)
                required = False
            clients.append(
                pyvrp.Client(
                    number,
                    pickup=self._demand(stop),
                    service_duration=0 if self._timeless else stop.service_s,
                    prize=self._prize(stop),
                    required=required,
                    group=group_of.get(stop.id),
                    **times,
                )
            )
        return clients

    def _prize(self, stop: Stop) -> int:
        if stop.prize is not None:
            return stop.prize * UNITS_PER_CENT // self._units
        return 0 if self._all_required else self._penalty * (1 + stop.priority)

    # Matrices.

    def _profile_key(self, crew: Crew) -> object:
        vehicle = crew.vehicle
        prices = (vehicle.cost_per_km, vehicle.cost_per_hour) if self._priced else None
        return vehicle.profile, crew.stop_ids, prices, frozenset(self._changed(crew))

    def _changed(self, crew: Crew) -> list[int]:
        """Clients that an earlier plan gave to another vehicle."""
        if not self._index.problem.change_cost:
            return []
        own = {vehicle.id for vehicle in crew.vehicles}
        return [
            number
            for number, (stop, _) in enumerate(self.clients)
            if stop is not None and stop.planned_vehicle is not None and stop.planned_vehicle not in own
        ]

    def _ways_in_and_out(self) -> tuple[list[int], list[int]]:
        """Where each of PyVRP's places is entered and left, as locations of the problem."""
        crew_of = {client: number for number, client in self._anchor_of.items()}
        entries: list[int] = []
        exits: list[int] = []
        for number, (stop, _) in enumerate(self.clients):
            anchor = None if stop is not None else self.crews[crew_of[number]].anchor
            entries.append(stop.location if stop is not None else anchor.entry if anchor else 0)
            exits.append(stop.location if stop is not None else anchor.exit if anchor else 0)
        for kind, what in self._depots:
            if kind == "tip":
                assert isinstance(what, Tip)
                entries.append(what.sites[0].location)
                exits.append(what.sites[-1].location)
            else:
                location = what if isinstance(what, int) else what[0 if kind == "out" else 1]  # type: ignore[index]
                entries.append(int(location))
                exits.append(int(location))
        return entries, exits

    def _matrices(self, members: Sequence[Crew]) -> tuple[Values, Values]:
        """Distances (or costs) and durations for crews with one profile."""
        crew = members[0]
        matrix, count = crew.matrix, len(self.clients)
        entries, exits = self._ways_in_and_out()
        grid = np.ix_(exits, entries)
        metres, seconds = forbidding(matrix.distances_m[grid]), forbidding(matrix.durations_s[grid])
        for number, (kind, what) in enumerate(self._depots, start=count):
            if kind == "tip":
                assert isinstance(what, Tip)
                inner = _inner(matrix, what.sites)
                metres[:, number] += inner[0]
                seconds[:, number] += inner[1]
        self._fold_ends(members, metres, seconds)
        setups = np.array([stop.setup_s if stop is not None else 0 for stop, _ in self.clients], dtype=np.int64)
        if setups.any():
            elsewhere = np.array(exits)[:, None] != np.array(entries[:count])[None, :]
            seconds[:, :count] += np.where(elsewhere, setups, 0)
        for number, owner in self._anchor_of.items():
            # Only the vehicle itself comes here, and it comes from its start.
            start = count + self._start_of[number]
            way = metres[start, owner], seconds[start, owner]
            metres[:, owner] = seconds[:, owner] = FORBIDDEN
            metres[start, owner], seconds[start, owner] = way
            others = [client for client in range(count) if client != owner]
            metres[start, others] = seconds[start, others] = FORBIDDEN
        barred = [
            number for number, (stop, _) in enumerate(self.clients) if stop is not None and stop.id not in crew.stop_ids
        ]
        metres[:, barred] = FORBIDDEN
        seconds[:, barred] = FORBIDDEN
        if self._priced:
            self._price(crew, metres, seconds)
        np.fill_diagonal(metres, 0)
        np.fill_diagonal(seconds, 0)
        return np.minimum(metres, UNBOUND), np.minimum(seconds, FORBIDDEN)

    def _price(self, crew: Crew, metres: Values, seconds: Values) -> None:
        """Distances become costs: of driving, of driving time where nothing else has times, and of changes."""
        forbidden = metres >= FORBIDDEN
        metres *= units_per_metre(crew.vehicle) // self._units
        second = units_per_second(crew.vehicle) // self._units
        if self._timeless:
            metres += seconds * second
            service = [stop.service_s if stop is not None else 0 for stop, _ in self.clients]
            service += [what.sites[-1].service_s if isinstance(what, Tip) else 0 for _, what in self._depots]
            metres += np.array(service, dtype=np.int64) * second
            seconds[:] = 0
        changed = self._changed(crew)
        metres[:, changed] += self._index.problem.change_cost * UNITS_PER_CENT // self._units
        metres[forbidden] = UNBOUND // 1000

    def _fold_ends(self, members: Sequence[Crew], metres: Values, seconds: Values) -> None:
        """To a virtual end stops lead over the cheapest tip."""
        count = len(self.clients)
        ends = {number for number, (kind, _) in enumerate(self._depots) if kind == "end"}
        for crew in members:
            number = self._end_of[self.crews.index(crew)]
            if number not in ends:
                continue
            ends.discard(number)
            column = count + number
            exits = [stop.location if stop is not None else 0 for stop, _ in self.clients]
            for owner, client in self._anchor_of.items():
                anchor = self.crews[owner].anchor
                exits[client] = anchor.exit if anchor else 0
            home_m, home_s, _ = ways_home(crew.matrix, crew.vehicle, crew.home, exits)
            keep = [
                client
                for owner, client in self._anchor_of.items()
                if self._end_of[owner] == number and self.crews[owner].leaves_tip
            ]
            plain = metres[keep, column].copy(), seconds[keep, column].copy()
            metres[:count, column], seconds[:count, column] = home_m, home_s
            metres[keep, column], seconds[keep, column] = plain
            starts = [count + start for start in self._start_of]
            if not crew.leaves_tip:
                metres[starts, column] = seconds[starts, column] = FORBIDDEN
        for number in ends:
            metres[:, count + number] = seconds[:, count + number] = FORBIDDEN

    def _is_timeless(self) -> bool:
        """Whether no time binds, nobody waits, and every place leads to every other."""
        first = self.crews[0]
        always = (0, LATEST_S)
        waits = any(window is not None for _, window in self.clients) or any(
            tip.window != always for crew in self.crews for tip in crew.tips
        )
        closes = any(crew.folds_end and crew.home_window() != always for crew in self.crews)
        barred = any(crew.stop_ids != first.stop_ids for crew in self.crews)
        return not (self._anchor_of or waits or closes or barred) and all(map(self._has_time, self.crews))

    def _has_time(self, crew: Crew) -> bool:
        """Whether one vehicle could serve everything, the longest way before each stop, without overtime."""
        vehicle, durations = crew.vehicle, crew.matrix.durations_s
        if bool((durations == UNREACHABLE).any()):
            return False
        limits = [vehicle.longest_s, LATEST_S if vehicle.max_duration_s is None else vehicle.max_duration_s]
        legs = len(self.clients) + 2
        sites_s = max((site.service_s for site in self._index.problem.disposal_sites), default=0)
        served_s = sum(stop.service_s + stop.setup_s for stop, _ in self.clients if stop is not None)
        return served_s + 3 * legs * (int(durations.max(initial=0)) + sites_s) <= min(limits) - crew.paused_s

    # Penalties.

    def penalties(self) -> tuple[list[float], float, float]:
        """First penalties for a unit of load, time and distance too much, about what they could save.

        PyVRP's own (50,000 a unit) take tens of thousands of iterations to come down. A unit of load saves its share
        of a trip of its own, a second its price; ten times that and more, because coming down from plans that keep
        all rules ends better than coming up from plans that break them.
        """
        vehicles = [crew.vehicle for crew in self.crews]
        types = self.data.vehicle_types()
        metre = float(np.mean([kind.unit_distance_cost for kind in types]))
        second = float(np.mean([units_per_second(vehicle) / self._units for vehicle in vehicles]))
        distances, durations = self.data.distance_matrix(0), self.data.duration_matrix(0)
        clients = len(self.clients)
        starts = sorted({clients + start for start in self._start_of})
        tips = sorted({clients + tip for tips in self._tips_of for tip in tips})
        ends = tips or starts
        way_m = _middle(distances[np.ix_(range(clients), ends)])
        way_s = 0.0 if self._timeless else _middle(durations[np.ix_(range(clients), ends)])
        trip = 2 * (metre * way_m + second * way_s)
        # Where stops may be left out, breaking a rule must not be cheaper than leaving out a required one.
        missed = 0.0 if self._all_required or all(s is None or s.prize is not None for s, _ in self.clients) else 1.0
        missed *= self._penalty
        loads: list[float] = []
        for dimension in range(len(self._dimensions)):
            capacities = [kind.capacity[dimension] for kind in types if kind.capacity[dimension] < UNBOUND]
            capacity = max(1.0, float(np.mean(capacities))) if capacities else 1.0
            loads.append(max(min(max(40 * trip / capacity, 1.0), 1e5), missed / max(1.0, 0.1 * capacity)))
        speed = way_m / way_s if way_s else 1.0
        time = max(min(max(40 * second, 400 * metre * speed, 1.0), 1e5), missed / 1000)
        return loads, time, max(metre, 1.0)

    @property
    def max_penalty(self) -> float:
        """The largest penalty for a unit that PyVRP may come to: never less than its own."""
        return 1e5 if self._all_required else max(1e5, float(self._penalty))

    # The way back.

    def visits(self, solution: pyvrp.Solution) -> dict[int, list[Visit]]:
        """PyVRP's routes as visits, each going home over the tip of its virtual end."""
        spare = [list(crew.vehicles) for crew in self.crews]
        anchors = set(self._anchor_of.values())
        found: dict[int, list[Visit]] = {}
        for route in solution.routes():
            number = route.vehicle_type()
            crew = self.crews[number]
            vehicle = spare[number].pop(0)
            visits = list(vehicle.prefix)
            for activity in route.schedule():
                if activity.is_client():
                    stop = self.clients[activity.idx][0]
                    if stop is not None:
                        visits.append(Visit(StepKind.EMPTYING, stop.id))
                    elif activity.idx not in anchors:
                        raise AssertionError
                elif activity.idx in self._tips_of[number]:
                    tip = self._tips_of[number][activity.idx]
                    visits += [Visit(StepKind.DISPOSAL, site.id) for site in tip.sites]
            found[vehicle.id] = self._homeward(crew, visits)
        return found

    def _homeward(self, crew: Crew, visits: list[Visit]) -> list[Visit]:
        """With the tip on the way home; sites where nothing is emptied are left out when the routes are tidied."""
        vehicle = crew.vehicle
        if crew.folds_end and crew.home and not (visits and visits[-1].kind is StepKind.DISPOSAL):
            location = self._index.stops[visits[-1].id].location if visits else vehicle.start
            way = crew.home[int(ways_home(crew.matrix, vehicle, crew.home, [location])[2][0])]
            visits = visits + [Visit(StepKind.DISPOSAL, site.id) for site in way]
        return visits

    def solution(self, visits: Visits) -> pyvrp.Solution:
        """Visits as a PyVRP solution, as far as it can express them."""
        routes: list[pyvrp.Route] = []
        numbers: dict[int, list[int]] = {}
        for number, (stop, _) in enumerate(self.clients):
            if stop is not None:
                numbers.setdefault(stop.id, []).append(number)
        for number, crew in enumerate(self.crews):
            for vehicle in crew.vehicles:
                order = list(visits.get(vehicle.id, ()))
                if not order and crew.anchor is None:
                    continue
                activities = self._activities(number, crew, vehicle, order, numbers)
                if activities:
                    routes.append(pyvrp.Route(self.data, activities, number))
        return pyvrp.Solution(self.data, routes)

    def _activities(
        self, number: int, crew: Crew, vehicle: Vehicle, order: Sequence[Visit], numbers: Mapping[int, list[int]]
    ) -> list[pyvrp.Activity]:
        begins = self._begins(vehicle, order) if any(len(numbers.get(v.id, ())) > 1 for v in order) else {}
        activities: list[pyvrp.Activity] = []
        if number in self._anchor_of:
            activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, self._anchor_of[number]))
        sites: list[int] = []
        reloads = len(order) if crew.max_reloads is None else crew.max_reloads
        for visit in order[len(vehicle.prefix) :]:
            if visit.kind is StepKind.DISPOSAL:
                sites.append(visit.id)
                continue
            if sites and activities and reloads > 0:
                tip = self._tip(number, sites)
                if tip is not None:
                    reloads -= 1
                    activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, tip))
            sites = []
            if visit.id in crew.stop_ids and visit.id in numbers:
                choices = numbers[visit.id]
                begin_s = begins.get(visit.id)
                client = next((c for c in choices if _inside(self.clients[c][1], begin_s)), choices[0])
                activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, client))
        if sites and activities and not crew.folds_end and reloads > 0:
            tip = self._tip(number, sites)
            if tip is not None:
                activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, tip))
        return activities

    def _begins(self, vehicle: Vehicle, order: Sequence[Visit]) -> dict[int, int]:
        route = schedule(self._index, vehicle, order)
        return {} if route is None else {s.stop_id: s.begins_s for s in route.steps if s.stop_id is not None}

    def _tip(self, number: int, site_ids: Sequence[int]) -> int | None:
        """The tip that goes to these sites, or to them among others."""
        tips = self._tips_of[number]
        ids = {depot: [site.id for site in tip.sites] for depot, tip in tips.items()}
        same = (depot for depot, sites in ids.items() if sites == list(site_ids))
        more = (depot for depot, sites in ids.items() if set(site_ids) <= set(sites))
        return next(same, next(more, next(iter(tips), None)))


def ways_home(
    matrix: Matrix, vehicle: Vehicle, ways: Sequence[tuple[DisposalSite, ...]], locations: Sequence[int]
) -> tuple[Values, Values, NDArray[np.intp]]:
    """Metres and seconds from each location over its cheapest way of disposal to the vehicle's end, and which it is."""
    if not ways:
        far = np.full(len(locations), FORBIDDEN, dtype=np.int64)
        return far, far.copy(), np.zeros(len(locations), dtype=np.intp)
    metres: list[Values] = []
    seconds: list[Values] = []
    for way in ways:
        inner_m, inner_s = _inner(matrix, way)
        first, last = way[0].location, way[-1].location
        inner_m += int(matrix.distances_m[last, vehicle.end])
        inner_s += way[-1].service_s + int(matrix.durations_s[last, vehicle.end])
        metres.append(forbidding(matrix.distances_m[list(locations), first]) + inner_m)
        seconds.append(forbidding(matrix.durations_s[list(locations), first]) + inner_s)
    all_m, all_s = np.array(metres), np.array(seconds)
    cheapest = np.argmin(all_m * units_per_metre(vehicle) + all_s * units_per_second(vehicle), axis=0)
    each = np.arange(len(locations))
    return (
        np.minimum(all_m[cheapest, each], FORBIDDEN),
        np.minimum(all_s[cheapest, each], FORBIDDEN),
        cheapest,
    )


def _inner(matrix: Matrix, sites: Sequence[DisposalSite]) -> tuple[int, int]:
    """Metres and seconds from the begin of service at the first site to the arrival at the last."""
    legs = list(pairwise(sites))
    metres = sum(int(matrix.distances_m[a.location, b.location]) for a, b in legs)
    return metres, sum(a.service_s + int(matrix.durations_s[a.location, b.location]) for a, b in legs)


def _window(early: int, late: int) -> dict[str, Any]:
    """PyVRP's words for a window; it is faster where it knows of none."""
    return ({"tw_early": early} if early else {}) | ({"tw_late": late} if late < LATEST_S else {})


def _inside(window: TimeWindow | None, begin_s: int | None) -> bool:
    return window is None or (begin_s is not None and window[0] <= begin_s <= window[1])


def _middle(values: NDArray[np.int64]) -> float:
    known = values[values < FORBIDDEN]
    return float(np.median(known)) if known.size else 1.0


def _divisor(index: Index) -> int:
    """What all prices have in common: small integers keep PyVRP fast."""
    problem = index.problem
    prices = {stop.prize * UNITS_PER_CENT for stop in problem.stops if stop.prize}
    prices.add(problem.change_cost * UNITS_PER_CENT)
    for vehicle in problem.vehicles:
        prices |= {units_per_metre(vehicle), units_per_second(vehicle), vehicle.fixed_cost * UNITS_PER_CENT}
        prices.add(vehicle.cost_per_overtime_hour * (UNITS_PER_CENT // 3600))
    return math.gcd(*prices) or 1


def _nothing() -> pyvrp.ProblemData:
    nowhere: Any = np.zeros((1, 1), dtype=np.int64)
    return pyvrp.ProblemData([pyvrp.Location(0, 0)], [], [pyvrp.Depot(0)], [pyvrp.VehicleType()], [nowhere], [nowhere])


def expresses(index: Index) -> tuple[bool, bool]:
    """Whether PyVRP can express the problem exactly, and whether vehicles may empty themselves on the way."""
    found = crews(index, {})
    return all(crew.exact for crew in found), any(crew.tips for crew in found)
