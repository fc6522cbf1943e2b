"""Chance that can be asked again: random numbers that depend on nothing but their keys.

A generator with a state would have to start at the beginning of the world to reach today. Here each number is a hash
of (seed, purpose, who, when), so any interval of the simulated world can be made again, alone and in any order.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), which spreads each input bit over all output bits."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def bits(seed: int, purpose: str, *keys: ArrayLike) -> NDArray[np.uint64]:
    """64 random bits for each element of the broadcast integer ``keys`` (at least one-dimensional).

    Parameters
    ----------
    seed
        Number of the world.
    purpose
        What the numbers are for; different purposes are independent of each other.
    keys
        Integers or arrays of integers: who and when.
    """
    with np.errstate(over="ignore"):
        state = np.atleast_1d(np.asarray(seed * 0x1_0000_0000 + zlib.crc32(purpose.encode()), dtype=np.int64))
        value = _mixed(state.view(np.uint64) + _GOLDEN)
        for key in keys:
            word = np.atleast_1d(np.asarray(key, dtype=np.int64)).view(np.uint64)
            value = _mixed((value ^ _mixed(word + _GOLDEN)) + _GOLDEN)
    return value


def uniform(seed: int, purpose: str, *keys: ArrayLike) -> NDArray[np.float64]:
    """Numbers in the open interval 0..1, evenly distributed."""
    return ((bits(seed, purpose, *keys) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normal(seed: int, purpose: str, *keys: ArrayLike) -> NDArray[np.float64]:
    """Numbers of the standard normal distribution."""
    return np.asarray(ndtri(uniform(seed, purpose, *keys)), dtype=np.float64)
