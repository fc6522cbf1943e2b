"""Place by place through a fixed order, with all ways to take the breaks that may still turn out best.

Each way to come as far as some place is kept as what it implies for the rest of the day (as in PyVRP's time window
segments, with breaks): departing at any ``d`` up to *latest*, the vehicle is ready at ``max(d + work, ready)``. Ways
that another one beats in every respect are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routing.problem import Vehicle
from routing.solvers.plan.timetable import Pause, Place, Timing

MOST_WAYS = 64
"""Ways kept at one place for each number of breaks taken. More only arise with a driving rule and many windows."""

_NEVER = 10**12


@dataclass(frozen=True, slots=True)
class Pauses:
    """The last pause, and those before it."""

    before: Pauses | None
    pause: Pause


class Way(NamedTuple):
    """Departing at any ``d`` up to ``latest``, the vehicle is ready at ``max(d + work, ready)``."""

    ready: int
    work: int
    latest: int
    driven: int
    """Driving since the last rest."""
    awkward: int
    """Pauses right at the start or the end of the day: the driver prefers others, all else being equal."""
    pauses: Pauses | None


Ways = list[list[Way]]
"""By the number of breaks taken."""


def duration_s(way: Way) -> int:
    """The least time from departure to now."""
    return max(way.work, way.ready - way.latest)


class Walk:
    """Steps from ways to ways, place by place; ways are lists by the number of breaks taken.

    ``rests``: whether the driving rule has to be minded.
    """

    def __init__(self, vehicle: Vehicle, *, rests: bool) -> None:
        self._vehicle = vehicle
        self._rule = vehicle.driving_rule if rests else None
        self._breaks = vehicle.breaks
        self._longest_s = vehicle.longest_s
        self._closes = [each.time_windows[-1][1] if each.time_windows else _NEVER for each in vehicle.breaks]

    def begin(self, latest_s: int) -> Ways:
        """At the vehicle's start, from where it departs at ``latest_s`` at the latest."""
        driven_s = self._rule.driven_s if self._rule else 0
        first = [Way(self._vehicle.starts_s, 0, latest_s, driven_s, 0, None)]
        return [first, *([] for _ in self._breaks)]

    def go(self, ways: Ways, leg: int, place: Place, *, last: bool = False, left_s: int = _NEVER) -> Ways:
        """Over leg number ``leg`` to a place, and be served there.

        ``last``: it is the end. ``left_s``: driving from here to the end, if that is known.
        """
        following = [list(level) for level in ways]
        edge = int(leg == 0 or last)
        self._pause(following, Pause(leg, on_arrival=False, number=None), place, edge, left_s)
        if place.leave_s:
            leave_s = place.leave_s
            following = [[Way(max(way[0], leave_s), *way[1:]) for way in level] for level in following]
        following = self._drive(following, place.leg_s)
        self._pause(following, Pause(leg, on_arrival=True, number=None), place, 2 * last + edge, left_s - place.leg_s)
        if place.windows:
            return [
                self._pruned([x for way in level for x in _open(way, place)]) if level else [] for level in following
            ]
        if place.busy_s:
            busy_s = place.busy_s
            return [[Way(way[0] + busy_s, way[1] + busy_s, *way[2:]) for way in level] for level in following]
        return following

    def shortest(self, ways: Ways) -> Way | None:
        """The best way that has taken all breaks, at the end."""
        ends_s = self._vehicle.ends_s
        found = [way for way in ways[-1] if way.ready <= ends_s and duration_s(way) <= self._longest_s]
        return min(found, key=lambda way: (duration_s(way), way.ready, way.awkward), default=None)

    def through(self, places: Sequence[Place], drive_s: int) -> Timing | None:
        """The shortest way through all places, which take so much driving."""
        work_s = sum(place.leg_s + place.busy_s for place in places) + sum(each.duration_s for each in self._breaks)
        ways = self.begin(self._vehicle.ends_s - work_s)
        for leg, place in enumerate(places):
            ways = self.go(ways, leg, place, last=leg == len(places) - 1, left_s=drive_s)
            drive_s -= place.leg_s
            if not any(ways):
                return None
        way = self.shortest(ways)
        if way is None:
            return None
        pauses: list[Pause] = []
        linked = way.pauses
        while linked is not None:
            pauses.append(linked.pause)
            linked = linked.before
        return Timing(min(way.latest, way.ready - way.work), way.ready, tuple(reversed(pauses)))

    def _drive(self, ways: Ways, leg_s: int) -> Ways:
        rule = self._rule
        if rule is None:
            return [[Way(way[0] + leg_s, way[1] + leg_s, *way[2:]) for way in level] for level in ways]
        return [
            [
                Way(way.ready + leg_s, way.work + leg_s, way.latest, way.driven + leg_s, way.awkward, way.pauses)
                for way in level
                if way.driven + leg_s <= rule.driving_s
            ]
            for level in ways
        ]

    def _pause(self, ways: Ways, pause: Pause, place: Place, edge: int, left_s: int) -> None:
        """Besides going on, take a rest or the next break here. Changes ``ways``."""
        rule = self._rule
        rests = rule is not None and (place.windows or not pause.on_arrival)
        for taken, level in enumerate(ways):
            if not level:
                continue
            # After a rest the next break may follow, so this level is complete before the next one is looked at.
            if rests and rule is not None:
                due = [way for way in level if way[3] > 0 and way[3] + left_s > rule.driving_s]
                if due:
                    level += [
                        Way(way[0] + rule.rest_s, way[1] + rule.rest_s, way[2], 0, way[4] + edge, Pauses(way[5], pause))
                        for way in due
                    ]
                    level[:] = self._pruned(level)
            if taken == len(self._breaks):
                continue
            latest_s = self._closes[taken]
            if not level:
                continue
            if level[-1][0] > latest_s or level[0][0] > latest_s:
                # Too late for the break that comes next, which must be taken.
                level[:] = [way for way in level if way[0] <= latest_s]
            following = ways[taken + 1]
            before = len(following)
            numbered = Pause(pause.leg, pause.on_arrival, taken)
            for way in level:
                self._take(following, way, numbered, place, edge)
            if before < len(following) > 1:
                following[:] = self._pruned(following)

    def _take(self, following: list[Way], way: Way, pause: Pause, place: Place, edge: int) -> None:
        assert pause.number is not None
        each = self._breaks[pause.number]
        driven = 0 if self._rule is not None and each.duration_s >= self._rule.rest_s else way.driven
        pauses = Pauses(way.pauses, pause)
        awkward = way.awkward + edge
        if not each.time_windows:
            ready = way.ready + each.duration_s
            following.append(Way(ready, way.work + each.duration_s, way.latest, driven, awkward, pauses))
            return
        # At the end nothing comes after the break; before a leg it may be the rest that the leg needs.
        rested = self._rule is None or way.driven + place.leg_s <= self._rule.driving_s
        wait = edge < 2 if pause.on_arrival else rested
        for opens, closes in each.time_windows:
            if wait and _better_after(way, place, pause, opens, closes):
                continue
            if way.ready <= closes:
                following.append(
                    Way(
                        max(way.ready, opens) + each.duration_s,
                        way.work + each.duration_s,
                        min(way.latest, closes - way.work),
                        driven,
                        awkward,
                        pauses,
                    )
                )

    def _pruned(self, ways: list[Way]) -> list[Way]:
        """Without ways that are too late, too long, or beaten by another one in every respect."""
        ends_s, longest_s = self._vehicle.ends_s, self._longest_s
        kept: list[Way] = []
        for way in sorted(ways, key=_order) if len(ways) > 1 else ways:
            ready, work, latest, driven, _, _ = way
            if ready > ends_s or work > longest_s or ready - latest > longest_s:
                continue
            for other in kept:
                if other[1] <= work and other[2] >= latest and other[3] <= driven:
                    break
            else:
                kept.append(way)
        return kept[:MOST_WAYS]


def _order(way: Way) -> tuple[int, int, int, int, int]:
    return way[0], way[1], -way[2], way[3], way[4]


def _better_after(way: Way, place: Place, pause: Pause, opens: int, closes: int) -> bool:
    """Whether what comes next is done before a break could begin, at any departure that is left: so do it first."""
    ready, work, latest = way[:3]
    if not pause.on_arrival:
        ready = max(ready, place.leave_s)
        return ready + place.leg_s <= opens and latest + work + place.leg_s <= closes
    if place.windows:
        window = next((window for window in place.windows if ready <= window[1]), None)
        if window is None or latest + work > window[1]:
            return False
        ready = max(ready, window[0])
        work = max(work, window[0] - latest)
    return ready + place.busy_s <= opens and latest + work + place.busy_s <= closes


def _open(way: Way, place: Place) -> list[Way]:
    """The way through each of a place's windows that is not over yet."""
    return [
        Way(
            max(way.ready, opens) + place.busy_s,
            way.work + place.busy_s,
            min(way.latest, closes - way.work),
            way.driven,
            way.awkward,
            way.pauses,
        )
        for opens, closes in place.windows
        if way.ready <= closes
    ]
