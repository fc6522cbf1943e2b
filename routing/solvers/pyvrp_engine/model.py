"""A problem in PyVRP's words.

"Empty at the yard" is a virtual end depot: the way to it from a stop leads over the cheapest tip, the way to it from a
tip is the plain one. Where time limits nothing and no vehicle waits, driving time is priced as distance and PyVRP plans
without times, which is faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyvrp

from routing.problem import LATEST_S, Stop, TimeWindow, Visit
from routing.solvers.plan.cost import (
    UNITS_PER_CENT,
    fixed_units,
    units_per_metre,
    units_per_overtime_second,
    units_per_second,
)
from routing.solvers.plan.index import Index
from routing.solvers.plan.visits import Visits
from routing.solvers.pyvrp_engine.crews import Crew, crews
from routing.solvers.pyvrp_engine.dimensions import Dimensions
from routing.solvers.pyvrp_engine.layout import Depot, Layout
from routing.solvers.pyvrp_engine.matrices import matrices
from routing.solvers.pyvrp_engine.penalties import penalties
from routing.solvers.pyvrp_engine.routes import solution_of, visits_of
from routing.solvers.pyvrp_engine.shares import Share


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
    shares
        How caps of the day are shared out over the trips, by vehicle id. Vehicles that are not named share them evenly.
    """

    def __init__(
        self,
        index: Index,
        *,
        all_required: bool,
        rests: Mapping[int, int] | None = None,
        shares: Mapping[int, Share] | None = None,
    ) -> None:
        self._all_required = all_required
        self._layout = Layout(index, rests or {}, shares or {})
        self._dimensions = Dimensions(self._layout.crews)
        self.data: pyvrp.ProblemData = _nothing() if self.empty else self._build()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to visit."""
        return not self._layout.clients

    @property
    def anchored(self) -> bool:
        """Whether a vehicle is out already."""
        return bool(self._layout.anchor_of)

    @property
    def max_penalty(self) -> float:
        """The largest penalty for a unit that PyVRP may come to: never less than its own."""
        return 1e5 if self._all_required else max(1e5, float(self._layout.penalty))

    def penalties(self) -> tuple[list[float], float, float]:
        """First penalties for a unit of load, time and distance too much."""
        return penalties(self._layout, self.data, all_required=self._all_required)

    def visits(self, solution: pyvrp.Solution) -> dict[int, list[Visit]]:
        """PyVRP's routes as visits, each going home over the tip of its virtual end."""
        return visits_of(self._layout, solution)

    def solution(self, visits: Visits) -> pyvrp.Solution:
        """Visits as a PyVRP solution, as far as it can express them."""
        return solution_of(self._layout, self.data, visits)

    def _build(self) -> pyvrp.ProblemData:
        layout = self._layout
        members: dict[object, list[Crew]] = {}
        for crew in layout.crews:
            members.setdefault(self._profile(crew), []).append(crew)
        profiles = {key: number for number, key in enumerate(members)}
        ways = [matrices(layout, alike) for alike in members.values()]
        clients, groups = self._clients()
        count = len(layout.clients)
        distances: list[Any] = [metres for metres, _ in ways]
        durations: list[Any] = [seconds for _, seconds in ways]
        return pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in range(count + len(layout.depots))],
            clients,
            [self._depot(count + number, depot) for number, depot in enumerate(layout.depots)],
            [self._type(number, crew, profiles[self._profile(crew)]) for number, crew in enumerate(layout.crews)],
            distances,
            durations,
            groups,
        )

    def _profile(self, crew: Crew) -> object:
        """What crews must have in common to share matrices."""
        vehicle = crew.vehicle
        prices = (vehicle.cost_per_km, vehicle.cost_per_hour) if self._layout.priced else None
        return vehicle.profile, crew.stop_ids, prices, frozenset(self._layout.changed(crew))

    def _depot(self, location: int, depot: Depot) -> pyvrp.Depot:
        layout = self._layout
        on_the_way = layout.timeless or layout.released
        window = layout.told(depot.done if layout.released else depot.window)
        return pyvrp.Depot(location, service_duration=0 if on_the_way else depot.service_s, **_window(window))

    def _type(self, number: int, crew: Crew, profile: int) -> pyvrp.VehicleType:
        layout, vehicle, scaled = self._layout, crew.vehicle, self._layout.scale.scaled
        metre, second = units_per_metre(vehicle), units_per_second(vehicle)
        fixed = fixed_units(vehicle) + (0 if crew.anchor else crew.paused_s * second)
        initial, capacity = self._dimensions.limits(crew)
        limits: dict[str, Any] = {}
        if not layout.timeless:
            starts_s = layout.clock.told(vehicle.starts_s)
            limits["tw_early"] = starts_s
            limits["tw_late"] = max(starts_s, vehicle.ends_s - crew.paused_s)
            if vehicle.max_duration_s is not None:
                limits["shift_duration"] = max(0, vehicle.max_duration_s - crew.paused_s)
                limits["max_overtime"] = vehicle.max_overtime_s
                limits["unit_overtime_cost"] = scaled(units_per_overtime_second(vehicle))
            limits["unit_duration_cost"] = scaled(second)
            if layout.released and vehicle.departed_s is not None:
                # It cannot wait where it is.
                limits["start_late"] = starts_s
        reloads = crew.max_reloads
        if layout.tips_of[number] and reloads is not None:
            limits["max_reloads"] = reloads
        return pyvrp.VehicleType(
            num_available=len(crew.vehicles),
            capacity=capacity,
            start_depot=layout.start_of[number],
            end_depot=layout.end_of[number],
            fixed_cost=scaled(fixed),
            unit_distance_cost=1 if layout.priced else scaled(metre),
            profile=profile,
            initial_load=initial,
            reload_depots=list(layout.tips_of[number]),
            **limits,
        )

    def _clients(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        """Clients, and a group for each stop with several windows, of which one is chosen."""
        layout = self._layout
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        group_of: dict[int, int] = {}
        for number, (place, window, owner) in enumerate((c.place, c.window, c.owner) for c in layout.clients):
            times = {} if window is None or layout.timeless else _window(layout.told(window))
            if not isinstance(place, Stop):
                assert owner is not None
                pickup = self._dimensions.aboard(layout.crews[owner], place)
                clients.append(pyvrp.Client(number, pickup=pickup, service_duration=place.service_s, **times))
                continue
            required = self._all_required and place.required
            if len(place.time_windows) > 1:
                if place.id not in group_of:
                    group_of[place.id] = len(groups)
                    groups.append(pyvrp.ClientGroup(required=required))
                groups[group_of[place.id]].add_client(number)
                required = False
            clients.append(
                pyvrp.Client(
                    number,
                    pickup=self._dimensions.demand(place),
                    service_duration=0 if layout.timeless else place.service_s,
                    # PyVRP refuses one after the window: no trip that leaves when it closes is in time either.
                    release_time=min(layout.clock.told(place.release_s), times.get("tw_late", LATEST_S)),
                    prize=self._prize(place),
                    required=required,
                    group=group_of.get(place.id),
                    **times,
                )
            )
        return clients, groups

    def _prize(self, stop: Stop) -> int:
        if stop.prize is not None:
            return self._layout.scale.scaled(stop.prize * UNITS_PER_CENT)
        return 0 if self._all_required else self._layout.penalty * (1 + stop.priority)


def _window(window: TimeWindow) -> dict[str, Any]:
    """PyVRP's words for a window; it is faster where it knows of none."""
    early, late = window
    return ({"tw_early": early} if early else {}) | ({"tw_late": late} if late < LATEST_S else {})


def _nothing() -> pyvrp.ProblemData:
    nowhere: Any = np.zeros((1, 1), dtype=np.int64)
    return pyvrp.ProblemData([pyvrp.Location(0, 0)], [], [pyvrp.Depot(0)], [pyvrp.VehicleType()], [nowhere], [nowhere])


def expresses(index: Index) -> tuple[bool, bool]:
    """Whether PyVRP can express the problem exactly, and whether vehicles may empty themselves on the way."""
    found = crews(index, {})
    return all(crew.exact for crew in found), any(crew.tips for crew in found)
