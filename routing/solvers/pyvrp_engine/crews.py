"""What PyVRP lets each vehicle do: whom it serves, what it loads, where it empties itself, and where it begins.

PyVRP empties a whole vehicle at once. A vehicle whose compartments no site accepts together empties itself over several
sites, one after another, as if they were one place (a :class:`Tip`). What PyVRP cannot express is tightened, so that
its routes are allowed but need not be the best: a compartment whose fractions no site accepts together only loads
those that the most useful site accepts, and a cap over all trips is shared out over the trips (:mod:`.shares`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, permutations, product
from typing import TypeVar

from domain.containers import Fraction
from routing.problem import LATEST_S, DisposalSite, Matrix, Stop, TimeWindow, Vehicle
from routing.solvers.plan.folding import within
from routing.solvers.plan.index import Index
from routing.solvers.pyvrp_engine.anchors import anchor_of
from routing.solvers.pyvrp_engine.clock import paused_s
from routing.solvers.pyvrp_engine.shares import Share, even, full_trip, shares_for

MOST_TIPS = 12
"""Ways to empty a vehicle that PyVRP is told of."""

MOST_SITES = 3
"""Sites that a vehicle may need to empty all its compartments."""

UNBOUND = 10**12
"""A load that is no limit."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tip:
    """Disposal sites visited right after one another, and when service at the last of them may begin."""

    sites: tuple[DisposalSite, ...]
    window: TimeWindow


class Crew:
    """Vehicles that are alike, so that PyVRP takes them for one type; ``vehicle`` is the first of them."""

    def __init__(
        self, index: Index, vehicles: Sequence[Vehicle], stops: Collection[int], rests: int, share: Share | None = None
    ) -> None:
        self._index = index
        self._share = share
        self.vehicles = tuple(vehicles)
        self.vehicle = vehicles[0]
        self.matrix: Matrix = index.problem.matrix_of(self.vehicle)
        self.anchor = anchor_of(index, self.vehicle)
        self.exact = not self.vehicle.breaks and self.vehicle.driving_rule is None
        if index.released:
            # Not after closing time does a vehicle wait where it emptied itself, nor in a prefix for what comes later.
            self.exact = self.exact and self.anchor is None and self.vehicle.departed_s is None
            self.exact = self.exact and not any(site.time_windows for site in index.problem.disposal_sites)
        self.paused_s = paused_s(self.vehicle)
        if self.vehicle.driving_rule is not None:
            self.paused_s += rests * self.vehicle.driving_rule.rest_s
        servable = [stop for stop in index.problem.stops if stop.id in stops]
        self.loads = self._loads(servable)
        self.stops = [stop for stop in servable if stop.fractions <= self.fractions]
        self.stop_ids = frozenset(stop.id for stop in self.stops)
        self.tips: tuple[Tip, ...] = ()
        self.trip_caps: dict[str, int] = {}
        self.cap_begins: dict[str, int] = {}
        """By how much less than on a later trip a cap lets it take on the first one."""
        self._set_trips()
        if self.folds_end and self.home_window() != (0, LATEST_S):
            self.exact = self.exact and len(self.ways) == 1 and len(self.ways[0][0].time_windows) == 1

    @property
    def fractions(self) -> frozenset[Fraction]:
        """What it loads."""
        return frozenset[Fraction]().union(*self.loads)

    @cached_property
    def ways(self) -> tuple[tuple[DisposalSite, ...], ...]:
        """Sites that empty all its compartments, each way with no more of them than needed."""
        sites = self._index.problem.disposal_sites
        choices = [[site for site in sites if load <= site.fractions] for load in self.loads if load]
        if not choices or not all(choices):
            return ()
        if any(load & site.fractions not in {load, frozenset()} for load in self.loads for site in sites):
            # A vehicle that happens to hold less could go there.
            self.exact = False
        together = [site for site in sites if all(site in choice for choice in choices)]
        if together:
            self.exact = self.exact and all(site in together or not self.fractions & site.fractions for site in sites)
            return tuple((site,) for site in together)
        self.exact = False
        sets = {frozenset(site.id for site in chosen) for chosen in _some(product(*choices), 500)}
        least = [one for one in sets if len(one) <= MOST_SITES and not any(other < one for other in sets)]
        by_id = self._index.sites
        ways = [tuple(by_id[site] for site in order) for one in sorted(least, key=sorted) for order in _orders(one)]
        ways = [way for way in ways if all(self.matrix.reaches(a.location, b.location) for a, b in pairwise(way))]
        return tuple(sorted(ways, key=self._inner_s)[:MOST_TIPS])

    @property
    def leaves_tip(self) -> bool:
        """Whether it begins with nothing aboard that must be emptied."""
        if self.anchor is None:
            return not self.vehicle.initial_load
        return not any(self.anchor.kg) and not any(self.anchor.l)

    @property
    def folds_end(self) -> bool:
        """Whether the way home leads over a tip."""
        return self.vehicle.ends_empty and (bool(self.ways) or bool(self.fractions))

    @cached_property
    def home(self) -> tuple[tuple[DisposalSite, ...], ...]:
        """The ways over which it goes home: those that are open late enough, if there are any."""
        ways = [way for way in self.ways if self.matrix.reaches(way[-1].location, self.vehicle.end)]
        latest = {way: self.home_window((way,))[1] for way in ways}
        late = [way for way in ways if latest[way] >= self.vehicle.ends_s]
        return tuple(late or [way for way in ways if latest[way] == max(latest.values())])

    def home_window(self, ways: Sequence[tuple[DisposalSite, ...]] | None = None) -> TimeWindow:
        """When it may be home, so that the sites on the way are open."""
        earliest_s, latest_s = 0, LATEST_S
        for way in self.home if ways is None else ways:
            homeward_s = way[-1].service_s + int(self.matrix.durations_s[way[-1].location, self.vehicle.end])
            start_s, end_s = self._window(way, [_hull(site) for site in way])
            earliest_s = max(earliest_s, start_s + homeward_s if start_s else 0)
            latest_s = min(latest_s, end_s + homeward_s if end_s < LATEST_S else LATEST_S)
        return earliest_s, max(earliest_s, latest_s)

    @property
    def max_reloads(self) -> int | None:
        """How often it may empty itself on the way; None: as often as it likes."""
        if self.vehicle.max_trips is None:
            trips = None
        else:
            trips = max(0, self.vehicle.max_trips - 1 - (self.anchor.runs if self.anchor else 0))
        if self._share is not None:
            shared = self._share.trips - 1
            trips = shared if trips is None else min(trips, shared)
        return trips

    def capacity(self, number: int) -> tuple[int, int]:
        """Kilograms and litres of a compartment."""
        compartment = self.vehicle.compartments[number]
        return compartment.capacity_kg, compartment.capacity_l

    def initial(self, number: int) -> tuple[int, int]:
        """Kilograms and litres in a compartment at the start."""
        if self.anchor is not None:
            return self.anchor.kg[number], self.anchor.l[number]
        kg, litres = self.vehicle.loads()
        return kg[number], litres[number]

    def most(self, load: Collection[Fraction]) -> tuple[int, int]:
        """Kilograms and litres of these fractions at all its stops."""
        amounts = [amount for stop in self.stops for amount in stop.amounts if amount.fraction in load]
        return sum(amount.kg for amount in amounts), sum(amount.l for amount in amounts)

    def _loads(self, servable: Sequence[Stop]) -> tuple[frozenset[Fraction], ...]:
        """What each compartment may hold: all that is wanted if some site accepts it, else what is wanted most."""
        aboard = frozenset(amount.fraction for amount in self.vehicle.initial_load)
        wanted = frozenset[Fraction]().union(*(stop.fractions for stop in servable)) | aboard
        loads: list[frozenset[Fraction]] = []
        sites = self._index.problem.disposal_sites
        for compartment in self.vehicle.compartments:
            here = compartment.fractions & wanted
            if not sites and not self.vehicle.ends_empty:
                loads.append(here)
                continue
            best = max((here & site.fractions for site in sites), key=lambda part: _worth(servable, part), default=None)
            if not here or best is None:
                loads.append(frozenset() if self.vehicle.ends_empty else here)
            else:
                self.exact = self.exact and best == here
                loads.append(best)
        return tuple(loads)

    def _set_trips(self) -> None:
        """Whether it may have to empty itself on the way, or begin a trip later, and the caps of the day."""
        vehicle, out = self.vehicle, self.anchor
        caps = {
            "stops": (vehicle.max_stops, out.stops if out else 0, len(self.stops)),
            "kg": (vehicle.max_kg, out.total_kg if out else 0, sum(stop.kg for stop in self.stops)),
            "l": (vehicle.max_l, out.total_l if out else 0, sum(stop.l for stop in self.stops)),
        }
        self.trip_caps = {
            name: max(0, cap - used)
            for name, (cap, used, most) in caps.items()
            if cap is not None and most > cap - used
        }
        if not self.trip_caps:
            self._share = None
        elif self._share is None:
            self._share = self._even()
        if self.ways and self._fills_up() and self.max_reloads != 0:
            self.tips = tuple(tip for way in self.ways for tip in self._tips(way))
            self.exact = self.exact and not self.trip_caps
        elif self.ways and not vehicle.ends_empty and self._fills_up():
            self.exact = self.max_reloads == 0 and self.exact
        if self.tips and self._share is not None:
            for name, cap in self.trip_caps.items():
                self.trip_caps[name] = self._share.of_later(cap)
                self.cap_begins[name] = max(0, self._share.of_later(cap) - self._share.of_first(cap))

    def _even(self) -> Share:
        """The same for so many trips as it takes to use up the caps."""
        amounts = [{"stops": 1, "kg": stop.kg, "l": stop.l} for stop in self.stops]
        return even(shares_for(full_trip(self.vehicle, self.trip_caps, amounts), self.vehicle.max_trips)[-1].trips)

    def _fills_up(self) -> bool:
        if any(stop.release_s > self.vehicle.starts_s for stop in self.stops):
            return True
        for number, load in enumerate(self.loads):
            if not load:
                continue
            kg, litres = self.most(load)
            capacity, initial = self.capacity(number), self.initial(number)
            if kg + initial[0] > capacity[0] or litres + initial[1] > capacity[1]:
                return True
        return False

    def _tips(self, way: tuple[DisposalSite, ...]) -> list[Tip]:
        windows = product(*(site.time_windows or ((0, LATEST_S),) for site in way))
        found = [Tip(way, self._window(way, opening)) for opening in _some(windows, 8)]
        return [tip for tip in found if tip.window[0] <= tip.window[1]]

    def _window(self, way: Sequence[DisposalSite], opening: Sequence[TimeWindow]) -> TimeWindow:
        """When service at the last site may begin, so that those before are open when the vehicle comes by."""
        earliest_s, latest_s = 0, LATEST_S
        for number, (start_s, end_s) in enumerate(opening):
            later_s = self._inner_s(way[number:])
            earliest_s = max(earliest_s, start_s + later_s)
            latest_s = min(latest_s, end_s + later_s)
        return earliest_s, latest_s

    def _inner_s(self, way: Sequence[DisposalSite]) -> int:
        """Seconds from the begin of service at the first site to that at the last."""
        return within(self.matrix, way)[1]


def crews(index: Index, rests: Mapping[int, int], shares: Mapping[int, Share] | None = None) -> list[Crew]:
    """The vehicles that can serve anything, or that are out already; those that are alike together.

    ``rests``: for how many rests of a driving rule time is kept free, by vehicle id; ``shares``: how caps of the day
    are shared out over the trips of some vehicles.
    """
    shares = shares or {}
    servable: dict[int, list[int]] = {vehicle.id: [] for vehicle in index.problem.vehicles}
    planned: dict[int, set[int]] = {}
    for stop in index.problem.stops:
        if stop.id in index.locked or stop.done:
            continue
        for vehicle_id in index.allowed[stop.id]:
            servable[vehicle_id].append(stop.id)
        if stop.planned_vehicle is not None and index.problem.change_cost:
            planned.setdefault(stop.planned_vehicle, set()).add(stop.id)
    alike: dict[object, list[Vehicle]] = {}
    for vehicle in index.problem.vehicles:
        out = bool(vehicle.prefix) or vehicle.under_way
        if not servable[vehicle.id] and not out:
            continue
        key = (
            replace(vehicle, id=0),
            tuple(servable[vehicle.id]),
            frozenset(planned.get(vehicle.id, ())),
            vehicle.id if out else None,
            shares.get(vehicle.id),
        )
        alike.setdefault(key, []).append(vehicle)
    return [
        Crew(
            index,
            same,
            frozenset(servable[same[0].id]),
            max(rests.get(v.id, 0) for v in same),
            shares.get(same[0].id),
        )
        for same in alike.values()
    ]


def _worth(stops: Sequence[Stop], fractions: frozenset[Fraction]) -> tuple[int, int]:
    found = [stop for stop in stops if stop.fractions & fractions]
    return sum(1 + stop.priority for stop in found if stop.required), sum((stop.prize or 0) + 1 for stop in found)


def _hull(site: DisposalSite) -> TimeWindow:
    return (site.time_windows[0][0], site.time_windows[-1][1]) if site.time_windows else (0, LATEST_S)


def _orders(site_ids: frozenset[int]) -> Iterable[tuple[int, ...]]:
    return permutations(sorted(site_ids))


def _some(items: Iterable[T], most: int) -> Iterable[T]:
    return (item for _, item in zip(range(most), items, strict=False))
