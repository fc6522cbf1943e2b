"""The saving on one of a town's own days: what was driven beside what would have been driven in the other world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class World(StrEnum):
    """Whose plan empties the containers: one of the two is real, the other is kept on paper."""

    HALFVOL = "halfvol"
    FIXED_SCHEDULE = "fixed_schedule"

    @property
    def other(self) -> World:
        """The other one."""
        return World.FIXED_SCHEDULE if self is World.HALFVOL else World.HALFVOL


class Exclusion(StrEnum):
    """Why a day does not count in the saving."""

    NOT_OVER = "not_over"
    """The day is not over, or no night has looked back at it yet."""
    NO_PLAN = "no_plan"
    """No plan was made for that date."""
    NOT_APPROVED = "not_approved"
    """No operator approved the plan."""
    NOT_DRIVEN = "not_driven"
    """Too many of the planned stops were not emptied."""
    CHANGED_BY_HAND = "changed_by_hand"
    """Too many containers were emptied that were not planned."""
    DRIVING_UNKNOWN = "driving_unknown"
    """No report and no reading tells whether the planned stops were emptied."""
    ROUTES_REFUSED = "routes_refused"
    """The checker found the routes of the other side to break a rule."""
    NO_OTHER_SIDE = "no_other_side"
    """The other side was not worked out that night."""
    ESTIMATED = "estimated"
    """Distances are straight lines, lengthened."""
    FEW_TRUSTED = "few_trusted"
    """Too few containers have a fresh reading that can be trusted."""
    SETTLING = "settling"
    """The worlds have only just parted: Halfvol still lives on what the fixed schedule emptied."""


@dataclass(frozen=True, slots=True)
class Side:
    """A day in one of the two worlds.

    Parameters
    ----------
    distance_m, duration_s, vehicles, stops
        Of all routes together; ``duration_s`` from leaving the depot to being back.
    kg
        What the containers visited are expected to hold then.
    cost
        Cents, by the rates of the policy of that night.
    overflow_days, overflow_sd
        Container-days of that date that containers are expected to overflow, and the standard deviation around it:
        half a day of one container is half a container-day.
    unserved
        Required stops for which no truck had room.
    """

    distance_m: int
    duration_s: int
    vehicles: int
    stops: int
    kg: int
    cost: int
    overflow_days: float
    overflow_sd: float
    unserved: int = 0


@dataclass(frozen=True, slots=True)
class LookBack:
    """What the readings and reports of a day that is over say of it.

    Parameters
    ----------
    emptied_share
        Of the stops planned in the real world, of which something is known: the share that were emptied. None: nothing
        is known of any.
    extra_emptyings
        Containers that were emptied that day without being planned.
    overflow_days
        Container-days that good readings showed containers at or above their capacity.
    heard_share
        Share of all container-days that good readings tell anything of.
    """

    emptied_share: float | None
    extra_emptyings: int
    overflow_days: float
    heard_share: float


@dataclass(frozen=True, slots=True)
class ComparedDay:
    """Both worlds on one date, as one night saw them coming, and what became of it.

    Parameters
    ----------
    driven
        The real world: whose routes the trucks drove.
    known_at
        What was known later did not count.
    plan_id, approved
        The plan of that date that counts, and whether an operator approved it; None and False: there is none.
    began_on
        The first date of this comparison: until then both worlds were one.
    settled_share
        Share of the containers that have been emptied in Halfvol's world since then.
    trusted_share
        Share of the containers with a fresh reading of a sensor that can be trusted.
    estimated
        Distances are straight lines, lengthened.
    halfvol, fixed_schedule
        The two sides; None: it could not be told, and ``problem`` says why.
    problem
        Why a side is missing; None: none is.
    looked_back
        None: the day is not over, or no night has looked back at it yet.
    """

    municipality_id: int
    date: date
    driven: World
    known_at: datetime
    plan_id: int | None
    approved: bool
    began_on: date
    containers: int
    settled_share: float
    trusted_share: float
    estimated: bool
    halfvol: Side | None
    fixed_schedule: Side | None
    problem: Exclusion | None = None
    looked_back: LookBack | None = None

    @property
    def real(self) -> Side | None:
        """The side that was driven."""
        return self.halfvol if self.driven is World.HALFVOL else self.fixed_schedule


@dataclass(frozen=True, slots=True)
class OtherLevel:
    """Where a container stood in the other world at a moment.

    ``level`` a share of the capacity with its standard deviation; ``emptied_at``: when it was last emptied (None: not
    known), ``emptied_here``: whether that was in the other world, after the two had parted. ``date``: the collection
    day that this is the outcome of.
    """

    container_id: int
    date: date
    at: datetime
    level: float
    level_sd: float
    emptied_at: datetime | None
    emptied_here: bool
