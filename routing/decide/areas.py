"""Which positions lie in an area, and whether areas meet. In degrees: areas are small, so the plane will do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from domain.geography import Position
from routing.decide.policy import Area


def inside(area: Area, positions: Sequence[Position]) -> NDArray[np.bool_]:
    """Whether each position lies in the area or on its border, (P,)."""
    degrees = np.array([(each.lon, each.lat) for each in positions]).reshape(-1, 2)
    shape = polygon(area)
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, degrees[:, 0], degrees[:, 1]), dtype=bool)


def polygon(area: Area) -> shapely.Polygon:
    """The area as a polygon in degrees, valid or not."""
    return shapely.Polygon([(each.lon, each.lat) for each in area.ring])


def overlap(a: Area, b: Area) -> bool:
    """Whether they share more than a border. Both must be valid polygons."""
    return bool(shapely.relate_pattern(polygon(a), polygon(b), "T********"))
