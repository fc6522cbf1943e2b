"""From metres on the ground to the picture, where x runs right and y down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.geography import Position
from routing.plane import Plane

Line = NDArray[np.float64]
"""Places of the picture, (n, 2)."""

Points = Mapping[int, tuple[float, float]]
"""By location its place in the picture."""

LEAST_MARGIN, MARGIN_SHARE = 20.0, 0.03
"""Left free around what is drawn, in units and of the width, so that marks and names at the edge stay inside."""

LEAST_SPAN_M = 200.0
"""A picture shows at least so much ground, even of a single stop."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of ``width`` x ``height`` showing ``metres_per_unit`` of the ground; north is up."""

    plane: Plane
    west_m: float
    north_m: float
    metres_per_unit: float
    width: float
    height: float

    @classmethod
    def around(cls, positions: Sequence[Position], *, width: float) -> Frame:
        """The picture of this width that just shows all positions (one at least); not higher than wide, nor flat."""
        plane = Plane.around(positions)
        metres = plane.metres(positions)
        low, high = metres.min(axis=0), metres.max(axis=0)
        middle = (low + high) / 2
        span = np.maximum(high - low, LEAST_SPAN_M)
        margin = max(LEAST_MARGIN, MARGIN_SHARE * width)
        scale = max(span) / (width - 2 * margin)
        height = max(0.55 * width, span[1] / scale + 2 * margin)
        return cls(
            plane,
            west_m=float(middle[0] - scale * width / 2),
            north_m=float(middle[1] + scale * height / 2),
            metres_per_unit=float(scale),
            width=width,
            height=float(round(height)),
        )

    def points(self, positions: Sequence[Position]) -> NDArray[np.float64]:
        """Places in the picture, (n, 2)."""
        return self._placed(self.plane.metres(positions))

    def points_of(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places in the picture of longitudes and latitudes, (n, 2)."""
        return self._placed(self.plane.from_degrees(degrees))

    def _placed(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        return (metres - (self.west_m, self.north_m)) * (1, -1) / self.metres_per_unit
