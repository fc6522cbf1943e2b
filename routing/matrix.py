"""Driving distances and durations between all locations of a problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput

UNREACHABLE = -1
"""What a matrix holds where no way leads from one location to the other."""

LARGEST = np.iinfo(np.int32).max // 2
"""Metres or seconds: two of them still add up within 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Driving distances and durations between all locations.

    Parameters
    ----------
    distances_m, durations_s
        Shape (n, n), ``int32``, row = from, column = to, zero on the diagonal, need not be symmetric.
        :data:`UNREACHABLE` (-1), in both, where there is no way. Kept as read-only arrays. The durations are taken to
        be those of the fastest ways: where no way leads directly, none leads over a third location either.
    estimated
        Whether they are straight lines with a detour factor instead of streets; a plan says so.

    Raises
    ------
    InvalidInput
        When a shape, a type or a value is not as described; the row and column are named.
    """

    distances_m: NDArray[np.int32]
    durations_s: NDArray[np.int32]
    estimated: bool = False

    def __post_init__(self) -> None:
        for name in ("distances_m", "durations_s"):
            object.__setattr__(self, name, _int32_square(name, getattr(self, name)))
        if self.distances_m.shape != self.durations_s.shape:
            raise InvalidInput(
                f"distances are {_shape(self.distances_m)} but durations {_shape(self.durations_s)}",
                where="matrix",
                remedy="both must cover the same locations",
            )
        if self.size and UNREACHABLE in {int(self.distances_m.min()), int(self.durations_s.min())}:
            self._check_unreachable()

    def _check_unreachable(self) -> None:
        differs = np.argwhere((self.distances_m == UNREACHABLE) != (self.durations_s == UNREACHABLE))
        if len(differs):
            row, column = (int(x) for x in differs[0])
            raise InvalidInput(
                "only one of distance and duration says unreachable (-1)", where=f"matrix[{row}][{column}]"
            )

    @property
    def size(self) -> int:
        """Number of locations."""
        return len(self.distances_m)

    def reaches(self, origin: int, destination: int) -> bool:
        """Whether a way leads from one location to the other."""
        return bool(self.durations_s[origin, destination] != UNREACHABLE)


def _int32_square(name: str, values: NDArray[np.int32]) -> NDArray[np.int32]:
    array = np.asarray(values)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInput(f"must be square, but is {_shape(array)}", where=f"matrix.{name}")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise InvalidInput(f"must hold whole numbers, not {array.dtype}", where=f"matrix.{name}")
    # Looking for the place only where there is one: of ten thousand locations a table has a hundred million cells.
    if array.size and (int(array.min()) < UNREACHABLE or int(array.max()) > LARGEST):
        row, column = (int(x) for x in np.argwhere((array < UNREACHABLE) | (array > LARGEST))[0])
        raise InvalidInput(
            f"{array[row, column]} is neither a distance or duration nor -1 (unreachable)",
            where=f"matrix.{name}[{row}][{column}]",
        )
    off_zero = np.flatnonzero(np.diagonal(array))
    if len(off_zero):
        row = int(off_zero[0])
        raise InvalidInput(
            f"from a location to itself it must be 0, not {array[row, row]}", where=f"matrix.{name}[{row}][{row}]"
        )
    if array.dtype == np.int32 and not array.flags.writeable and array.base is None:
        return array  # nobody can change it any more
    result = np.array(array, dtype=np.int32)
    result.flags.writeable = False
    return result


def _shape(array: NDArray[np.int32]) -> str:
    return " x ".join(str(length) for length in array.shape) or "a single number"
