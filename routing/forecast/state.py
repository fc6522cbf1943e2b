"""What is kept of a town from one night to the next, so that only new readings have to be read."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from routing.forecast.base_shape import PROBABILITIES
from routing.forecast.calibration import FEATURES, Calibration
from routing.forecast.growth import SPANS_H, Sums

VERSION = 4

CONTEXT_DAYS = 16.0
"""Readings from so long before the state ends have to be read again, to judge the new ones beside them."""

LAG_DAYS = 2.0
"""The sums end so long before the newest readings: what is judged later may be judged otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What has been learned of a town's containers until ``sums.until_s``.

    ``ids`` int64 (C,); ``factors`` (G, 8 * 24), see ``town.factors``; ``learned_s``: when factors and calibration were
    learned from the whole history (epoch seconds); ``last_s``, ``last_level``, ``emptied_s`` (C,): the newest good
    reading and the last emptying, NaN where none is known, for containers that have fallen silent.
    """

    learned_s: float
    ids: NDArray[np.int64]
    factors: NDArray[np.float64]
    sums: Sums
    calibration: Calibration
    last_s: NDArray[np.float64]
    last_level: NDArray[np.float64]
    emptied_s: NDArray[np.float64]

    def place_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which of these containers are known, (n,), and the places of those."""
        order = np.argsort(self.ids, kind="stable")
        place = np.searchsorted(self.ids[order], ids)
        known = place < len(order)
        known[known] = self.ids[order][place[known]] == ids[known]
        return known, order[place[known]]

    def sums_of(self, ids: NDArray[np.int64]) -> Sums:
        """The sums of these containers, nothing for those that are new."""
        known, there = self.place_of(ids)
        found = Sums.nothing(len(ids), self.sums.until_s)
        found.long[known] = self.sums.long[there]
        found.recent[known] = self.sums.recent[there]
        found.spans[known] = self.sums.spans[there]
        return found


def to_bytes(learned: Learned) -> bytes:
    """For storage."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        version=np.array(VERSION),
        learned_s=np.array(learned.learned_s),
        ids=learned.ids,
        factors=learned.factors,
        until_s=np.array(learned.sums.until_s),
        long=learned.sums.long,
        recent=learned.sums.recent,
        spans=learned.sums.spans,
        last_s=learned.last_s,
        last_level=learned.last_level,
        emptied_s=learned.emptied_s,
        **{f"calibration_{field.name}": getattr(learned.calibration, field.name) for field in fields(Calibration)},
    )
    return buffer.getvalue()


def from_bytes(stored: bytes) -> Learned:
    """What :func:`to_bytes` made.

    Raises
    ------
    InvalidInput
        When it is of another version of Halfvol, or damaged: then it has to be learned anew.
    """
    try:
        with np.load(io.BytesIO(stored), allow_pickle=False) as table:
            values = {name: table[name] for name in table.files}
        calibration = Calibration(**{field.name: values[f"calibration_{field.name}"] for field in fields(Calibration)})
        fits = int(values["version"]) == VERSION and calibration.mean.shape == (len(SPANS_H), FEATURES)
        if not fits or calibration.shape.shape[-1] != len(PROBABILITIES):
            raise ValueError("another version")  # noqa: TRY301 - one way to say it
        return Learned(
            learned_s=float(values["learned_s"]),
            ids=values["ids"],
            factors=values["factors"],
            sums=Sums(float(values["until_s"]), values["long"], values["recent"], values["spans"]),
            calibration=calibration,
            last_s=values["last_s"],
            last_level=values["last_level"],
            emptied_s=values["emptied_s"],
        )
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidInput(
            "what was learned of the town cannot be read; it is of another version or damaged",
            remedy="it is learned anew from the readings",
        ) from error
