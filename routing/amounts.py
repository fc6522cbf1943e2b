"""What is picked up and carried: kilograms and litres of each fraction, and the checks that all numbers go through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from domain.containers import Fraction
from domain.errors import InvalidInput

LATEST_S = 10**7
"""Largest time accepted, about 115 days: well beyond any shift, well within 32 bits."""

LARGEST_AMOUNT = 10**9
"""Largest mass, volume, cost and prize accepted: sums over ten thousand stops stay far within 64 bits."""

TimeWindow = tuple[int, int]
"""Earliest and latest begin in seconds, both included."""


@dataclass(frozen=True, slots=True)
class Amount:
    """So many kilograms and litres of one fraction."""

    fraction: Fraction
    kg: int
    l: int  # noqa: E741 - litre


def check_amounts(where: str, name: str, amounts: Iterable[Amount]) -> tuple[Amount, ...]:
    """The amounts as a tuple, sorted by fraction, each fraction once and no number negative."""
    found = tuple(sorted(amounts, key=lambda amount: amount.fraction))
    for amount in found:
        check_whole(where, f"{name}, kg of {amount.fraction}", amount.kg, LARGEST_AMOUNT)
        check_whole(where, f"{name}, l of {amount.fraction}", amount.l, LARGEST_AMOUNT)
    for one, next_one in pairwise(found):
        if one.fraction == next_one.fraction:
            raise InvalidInput(f"{name} names {one.fraction} twice", where=where, remedy="add the two up")
    return found


def check_windows(where: str, windows: Iterable[TimeWindow]) -> None:
    """Windows must be in order, must not overlap, and must not end before they start."""
    previous_end = -1
    for start, end in windows:
        check_whole(where, "time window start", start, LATEST_S)
        check_whole(where, "time window end", end, LATEST_S)
        if end < start:
            raise InvalidInput(f"the time window [{start}, {end}] ends before it starts", where=where)
        if start <= previous_end:
            raise InvalidInput(
                f"the time window [{start}, {end}] overlaps the one before it or comes out of order", where=where
            )
        previous_end = end


def check_whole(where: str, name: str, value: int, largest: int) -> None:
    """A whole number from 0 to ``largest``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidInput(f"{name} must be a whole number, not {value!r}", where=where)
    if not 0 <= value <= largest:
        raise InvalidInput(f"{name} is {value}, but must lie between 0 and {largest}", where=where)


def check_unique(noun: str, ids: Iterable[int]) -> None:
    """No id twice."""
    seen: set[int] = set()
    for identifier in ids:
        if identifier in seen:
            raise InvalidInput(f"the id {identifier} is used twice", where=f"{noun} {identifier}")
        seen.add(identifier)
