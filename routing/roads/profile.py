"""The truck that drives: what it measures and weighs, and on which side it keeps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from domain.errors import InvalidInput

LIMITS = ("height_m", "mass_t", "width_m", "length_m", "axle_load_t")
"""What a sign may limit, in the order in which a road graph stores it; names of :class:`TruckProfile`'s fields."""

HEAVY, LIGHT = 1, 2
"""Kinds of vehicles that access tags tell apart, as bits: goods vehicles above 3.5 t (``hgv``) and others."""

HEAVY_ABOVE_T = 3.5
"""Permitted mass above which a goods vehicle is a heavy one (OpenStreetMap's ``hgv``), tonnes."""


@dataclass(frozen=True, slots=True)
class TruckProfile:
    """Dimensions of a collection truck; the defaults are those of a two-axle rear loader.

    Parameters
    ----------
    height_m, width_m, length_m
        Metres, crane folded. 2.55 m is the greatest width that Directive 96/53/EC allows.
    mass_t
        Permitted mass, tonnes: 18 is the most that the same directive allows on two axles.
    axle_load_t
        Load of the heaviest axle, tonnes.
    drives_on
        The side of the road that traffic keeps to.

    Raises
    ------
    InvalidInput
        When a dimension is not a positive number.
    """

    height_m: float = 3.6
    mass_t: float = 18.0
    width_m: float = 2.55
    length_m: float = 10.0
    axle_load_t: float = 11.5
    drives_on: Literal["right", "left"] = "right"

    def __post_init__(self) -> None:
        for name in LIMITS:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InvalidInput(f"{name} is {value}", where="truck", remedy="give a number above 0")

    @property
    def kind(self) -> int:
        """:data:`HEAVY` or :data:`LIGHT`."""
        return HEAVY if self.mass_t > HEAVY_ABOVE_T else LIGHT

    @property
    def words(self) -> str:
        """All of its size in a few words, as the name of its matrix: trucks of one size share it."""
        size = f"{self.height_m:g} x {self.width_m:g} x {self.length_m:g} m"
        return f"truck of {size}, {self.mass_t:g} t, axle {self.axle_load_t:g} t"

    @property
    def dimensions(self) -> tuple[float, ...]:
        """The values that signs limit, in the order of :data:`LIMITS`."""
        return tuple(getattr(self, name) for name in LIMITS)


STANDARD_TRUCK = TruckProfile()
