"""Municipalities, sites, containers, and how a measured distance becomes a fill level."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import InvalidInput
from domain.geography import Bounds, Position


class Fraction(StrEnum):
    """Kind of waste that a container takes (FIWARE ``storedWasteKind``)."""

    RESIDUAL = "residual"
    PAPER = "paper"
    GLASS = "glass"
    PLASTICS = "plastics"
    ORGANIC = "organic"
    TEXTILE = "textile"


OTHER_FRACTION_WORDS: dict[str, Fraction] = {
    "biowaste": Fraction.ORGANIC,
    "general": Fraction.RESIDUAL,
    "gfe": Fraction.ORGANIC,
    "gft": Fraction.ORGANIC,
    "glas": Fraction.GLASS,
    "household": Fraction.RESIDUAL,
    "oud papier": Fraction.PAPER,
    "papier": Fraction.PAPER,
    "pbd": Fraction.PLASTICS,
    "pmd": Fraction.PLASTICS,
    "rest": Fraction.RESIDUAL,
    "restafval": Fraction.RESIDUAL,
    "textiel": Fraction.TEXTILE,
}
"""What else people call a fraction: to suggest the right word, not to guess."""

BULK_DENSITY_KG_PER_M3: dict[Fraction, int] = {
    Fraction.RESIDUAL: 110,
    Fraction.PAPER: 80,
    Fraction.GLASS: 280,
    Fraction.PLASTICS: 30,
    Fraction.ORGANIC: 250,
    Fraction.TEXTILE: 120,
}
"""Loose density in the container, kg per cubic metre: round figures of the order that waste departments plan with.
A municipality replaces them by its own weighings."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """The tenant. ``code`` is its short name in topics and addresses, ``time_zone`` an IANA name."""

    id: int
    code: str
    name: str
    time_zone: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Site:
    """A place that holds containers."""

    id: int
    municipality_id: int
    code: str
    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class ContainerGeometry:
    """What turns the distance from sensor to waste into a fill level.

    Parameters
    ----------
    empty_distance_m
        What the sensor measures in the empty container (sensor to bottom), metres.
    full_distance_m
        What it measures when the container is full (sensor to the brim of the usable volume), metres.
    bottom_share
        Cross-section at the bottom as a share of that at the brim; 1 = straight walls, less = tapered.
    """

    empty_distance_m: float
    full_distance_m: float
    bottom_share: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.full_distance_m < self.empty_distance_m:
            raise InvalidInput(
                f"the sensor's distance when full ({self.full_distance_m} m) must be at least 0 and smaller than"
                f" when empty ({self.empty_distance_m} m)"
            )
        if not 0 < self.bottom_share <= 1:
            raise InvalidInput(f"bottom_share is {self.bottom_share}, but must be above 0 and at most 1")

    def fill_level(self, distance_m: float) -> float:
        """Share of the capacity that is filled when the waste is ``distance_m`` below the sensor.

        0 at ``empty_distance_m``, 1 at ``full_distance_m``, beyond 1 (linearly in height) above the brim, and
        below 0 when the distance is larger than the empty one; the caller judges that.

        Raises
        ------
        InvalidInput
            When the distance is negative.
        """
        if distance_m < 0:
            raise InvalidInput(f"a distance cannot be negative: {distance_m} m")
        height = (self.empty_distance_m - distance_m) / (self.empty_distance_m - self.full_distance_m)
        if height <= 0 or height >= 1:
            return height
        # Area grows linearly from bottom to brim; the volume below is its integral, scaled to 1 at the brim.
        return (self.bottom_share * height + (1 - self.bottom_share) * height**2 / 2) / ((1 + self.bottom_share) / 2)

    def distance_m(self, fill_level: float) -> float:
        """The distance in metres at which ``fill_level`` is reached: the inverse of :meth:`fill_level`."""
        height = fill_level
        if 0 < fill_level < 1 and self.bottom_share < 1:
            slope = 1 - self.bottom_share
            target = fill_level * (1 + self.bottom_share) / 2
            height = (-self.bottom_share + (self.bottom_share**2 + 2 * slope * target) ** 0.5) / slope
        return self.empty_distance_m - height * (self.empty_distance_m - self.full_distance_m)


@dataclass(frozen=True, slots=True)
class Container:
    """One container at a site.

    ``capacity_l`` in litres; ``fullness_threshold`` is the share of it from which emptying is worth while
    (FIWARE ``binFullnessThreshold`` as a share); ``service_s`` is how long emptying takes at the site.
    """

    id: int
    municipality_id: int
    site_id: int
    code: str
    fraction: Fraction
    capacity_l: int
    position: Position
    address: str
    geometry: ContainerGeometry | None
    fullness_threshold: float = 0.7
    service_s: int = 120

    @property
    def full_mass_kg(self) -> float:
        """Expected mass of a full container in kg."""
        return self.capacity_l / 1000 * BULK_DENSITY_KG_PER_M3[self.fraction]
