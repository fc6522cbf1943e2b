"""What planning asks of a road engine, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.geography import Position
from routing.problem import Matrix
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.snap import Approach


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A position, and from which side a truck approaches it (``routing.roads.snap``)."""

    position: Position
    approach: Approach = "unrestricted"


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Metres and seconds between waypoints.

    ``on_street`` tells for each whether a street is near it; ``estimated``: no street was looked at.
    """

    matrix: Matrix
    on_street: tuple[bool, ...]
    estimated: bool = False


class RoadSource(Protocol):
    """A road engine.

    Attributes
    ----------
    name
        What a plan calls the source of its times and metres.
    minds_sizes
        Whether the size of the truck makes a difference to its answers.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def minds_sizes(self) -> bool: ...  # noqa: D102

    def measure(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> Measured:
        """Metres and seconds from every waypoint to every other, as this truck may drive.

        Rows and columns of a waypoint without a street near are -1, apart from the zero to itself.

        Raises
        ------
        Unavailable
            When the engine cannot be reached.
        InvalidInput
            When it refuses the request.
        """
        ...

    def path(self, waypoints: Sequence[Waypoint], truck: TruckProfile = STANDARD_TRUCK) -> tuple[Position, ...]:
        """The line along the streets through the waypoints in order, as this truck drives.

        Raises
        ------
        Unavailable, InvalidInput
            As above; also when no path leads from one to the next.
        """
        ...
