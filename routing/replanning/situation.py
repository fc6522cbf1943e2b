"""What happened on the day so far, as a dispatcher knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.amounts import LARGEST_AMOUNT, LATEST_S, Amount, check_amounts, check_unique, check_whole
from routing.problem import Matrix, Stop

REST = -1
"""Instead of the id of a break: a rest of the driving rule, which has none."""


@dataclass(frozen=True, slots=True)
class DoneVisit:
    """A stop, a disposal site or a break that a truck is done with.

    Parameters
    ----------
    kind, id
        EMPTYING with the stop's id, DISPOSAL with the site's, BREAK with the break's or :data:`REST`.
    departed_s
        When the truck was done there. None: as planned, if the plan has this visit, and otherwise unknown.
    amounts
        What was really taken aboard. None: what the problem says.
    """

    kind: StepKind
    id: int
    departed_s: int | None = None
    amounts: tuple[Amount, ...] | None = None

    def __post_init__(self) -> None:
        if self.kind not in (StepKind.EMPTYING, StepKind.DISPOSAL, StepKind.BREAK):
            raise InvalidInput(f"a {self.kind.value} cannot be done with", where=f"visit {self.id}")
        if self.departed_s is not None:
            check_whole(f"{self.kind.value} {self.id}", "departed_s", self.departed_s, LATEST_S)
        if self.amounts is not None:
            where = f"{self.kind.value} {self.id}"
            object.__setattr__(self, "amounts", check_amounts(where, "amounts", self.amounts))


@dataclass(frozen=True, slots=True)
class TruckState:
    """What is known of one truck; whatever is None is taken to be as planned.

    Parameters
    ----------
    vehicle_id
        Which truck.
    done
        Its visits so far, in order. None: those of its route that the plan ends by now, and the one that it is driving
        to or busy with, which it finishes.
    location, free_s
        Where it is, or will be, free for something new, and when. None: where the last visit done was (the start
        before any), when that ended, but not before now.
    load
        What is aboard there. None: what follows from the visits done.
    driven_s
        Driving since the last rest. None: what follows from the visits done.
    broken_down
        It visits nothing more; what is aboard stays in it.
    locked
        How many of its next visits in the plan stay as they are.
    """

    vehicle_id: int
    done: tuple[DoneVisit, ...] | None = None
    location: int | None = None
    free_s: int | None = None
    load: tuple[Amount, ...] | None = None
    driven_s: int | None = None
    broken_down: bool = False
    locked: int = 0

    def __post_init__(self) -> None:
        where = f"vehicle {self.vehicle_id}"
        for name, largest in (("location", LARGEST_AMOUNT), ("free_s", LATEST_S), ("driven_s", LATEST_S)):
            if getattr(self, name) is not None:
                check_whole(where, name, getattr(self, name), largest)
        check_whole(where, "locked", self.locked, LARGEST_AMOUNT)
        if self.load is not None:
            object.__setattr__(self, "load", check_amounts(where, "load", self.load))


@dataclass(frozen=True, slots=True)
class ChangedWay:
    """A way that is now longer, or closed: from one location to another, in this direction only.

    ``distance_m`` and ``duration_s`` None: no way any more. ``profile`` None: for every kind of vehicle.
    """

    origin: int
    destination: int
    distance_m: int | None = None
    duration_s: int | None = None
    profile: str | None = None

    def __post_init__(self) -> None:
        where = f"way from {self.origin} to {self.destination}"
        check_whole(where, "origin", self.origin, LARGEST_AMOUNT)
        check_whole(where, "destination", self.destination, LARGEST_AMOUNT)
        if (self.distance_m is None) != (self.duration_s is None):
            raise InvalidInput("give both distance and duration, or neither for a closed way", where=where)
        if self.origin == self.destination:
            raise InvalidInput("leads from a location to itself", where=where)


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What happened until ``now_s``.

    Parameters
    ----------
    now_s
        Seconds from the problem's origin.
    trucks
        What is known; of trucks that are not among them, everything is as planned.
    extra_stops
        New stops, with ids that the problem does not have. Their locations lie in the matrices.
    dropped_stops
        Ids of stops that need no visit any more.
    changed_ways
        Closed streets, as pairs of locations. Where a closed street concerns many pairs, give new matrices.
    matrices
        New matrices by profile, covering the same locations and, behind them, those of new stops. None: the problem's.
    """

    now_s: int
    trucks: tuple[TruckState, ...] = ()
    extra_stops: tuple[Stop, ...] = ()
    dropped_stops: frozenset[int] = frozenset()
    changed_ways: tuple[ChangedWay, ...] = ()
    matrices: Mapping[str, Matrix] | None = None

    def __post_init__(self) -> None:
        check_whole("situation", "now_s", self.now_s, LATEST_S)
        check_unique("vehicle", (truck.vehicle_id for truck in self.trucks))
        check_unique("extra stop", (stop.id for stop in self.extra_stops))
