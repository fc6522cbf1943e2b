"""Streets behind the routes, as far as the picture reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.pictures.project import Frame, Line


@dataclass(frozen=True, slots=True)
class Background:
    """Streets behind the routes: lines of longitude and latitude (n, 2), and whether each is a main road."""

    lines: Sequence[NDArray[np.float64]]
    main: Sequence[bool]
    credit: str
    """Whom to name for them, for example "© OpenStreetMap contributors"."""


def streets_in(frame: Frame, background: Background | None) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The minor and the main streets that the picture shows any part of."""
    minor: list[Line] = []
    main: list[Line] = []
    if background is not None:
        lines = [frame.points_of(line) for line in background.lines]
        shapes = shapely.simplify(np.array([shapely.LineString(line) for line in lines]), 0.3 / frame.metres_per_unit)
        box = shapely.box(0, 0, frame.width, frame.height)
        seen = shapely.intersects(shapes, box)
        for shape, is_main, visible in zip(shapes, background.main, seen, strict=True):
            if visible:
                (main if is_main else minor).append(shapely.get_coordinates(shape))
    return tuple(minor), tuple(main)
