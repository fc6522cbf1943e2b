"""What reaches the network: lost messages, sensors that fall silent, outages, delays and duplicates."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.sensors import Source
from simulators import chance
from simulators.sensors import UPLOAD_EVERY_S, Fault
from simulators.town import Town

LOSS_SHARE = 0.145
"""Single messages lost. With gaps and outages about 19 % are missing, as in the field (80.5 % arrive)."""

GAPS_A_YEAR = 14
GAP_MEDIAN_H = 12.0
GAP_SIGMA = math.log(58 / 12) / 1.2816
GAP_SHORTEST_H, GAP_LONGEST_H = 6.0, 240.0
"""Gaps of a sensor: median 12 h, 90th percentile 58 h (field)."""

OUTAGES_A_YEAR = 5
OUTAGE_H = (6.0, 42.0)
"""All sensors of one network at once (field: five a year, 6 to 42 h)."""

DUPLICATE_SHARE = 0.01
LATE_SHARE = 0.004
LATEST_S = 10_000.0

SILENT_CYCLE_DAYS, SILENT_DAYS = 20, 11
"""A sensor with the fault ``silent`` says nothing for 11 days of every 20."""

_DAY_S = 86_400


class Reception:
    """Which messages of the town's sensors arrive, and when. Depends on (seed, sensor, time) alone."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._sources = np.array([list(Source).index(sensor.source) for sensor in town.sensors], dtype=np.int64)
        self._silent = np.array([sensor.fault is Fault.SILENT for sensor in town.sensors])

    @cached_property
    def _loss(self) -> NDArray[np.float64]:
        """Share of its messages that each sensor loses: some hang in deep shafts."""
        return LOSS_SHARE * (0.4 + 1.2 * chance.uniform(self.town.seed, "shaft", np.arange(len(self.town.sensors))))

    @cached_property
    def _uploads(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every how many seconds each sensor uploads what it kept (0: at once), and when."""
        everyone = np.arange(len(self.town.sensors))
        every_s = np.array([sensor.upload_every_s for sensor in self.town.sensors], dtype=np.int64)
        return every_s, (UPLOAD_EVERY_S * chance.uniform(self.town.seed, "upload", everyone)).astype(np.int64)

    def uploaded_s(self, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """When readings of these times are sent, (n,): at once, or with the next upload of a sensor that keeps them."""
        every_s, offset_s = (each[sensors] for each in self._uploads)
        spacing = np.maximum(1, every_s)
        return np.where(every_s > 0, -((offset_s - times_s) // spacing) * spacing + offset_s, times_s)

    def awake(self, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the sensor and its network work at these times; both (n,), sorted by sensor and then time."""
        if not len(sensors):
            return np.empty(0, dtype=bool)
        working = np.ones(len(sensors), dtype=bool)
        keys = sensors * 2.0**34 + times_s
        for sensor, starts_s, ends_s in self._gaps(int(times_s.min()), int(times_s.max())):
            first, last = np.searchsorted(keys, [sensor * 2.0**34 + starts_s, sensor * 2.0**34 + ends_s])
            working[first:last] = False
        day = times_s // _DAY_S + (SILENT_CYCLE_DAYS * chance.uniform(self.town.seed, "silent", sensors)).astype(int)
        working &= ~(self._silent[sensors] & (day % SILENT_CYCLE_DAYS < SILENT_DAYS))
        return working & ~self._out(sensors, times_s)

    def _gaps(self, first_s: int, last_s: int) -> list[tuple[int, float, float]]:
        """Gaps that touch the interval: sensor, start, end in seconds since 1970."""
        seed = self.town.seed
        days = np.arange(first_s // _DAY_S - int(GAP_LONGEST_H / 24) - 1, last_s // _DAY_S + 1)
        everyone = np.arange(len(self.town.sensors))[:, None]
        who, which = np.nonzero(chance.uniform(seed, "gap", everyone, days) < GAPS_A_YEAR / 365.25)
        starts = (days[which] + chance.uniform(seed, "gap starts", who, days[which])) * _DAY_S
        hours = GAP_MEDIAN_H * np.exp(GAP_SIGMA * chance.normal(seed, "gap lasts", who, days[which]))
        ends = starts + 3600 * np.clip(hours, GAP_SHORTEST_H, GAP_LONGEST_H)
        return list(zip(who.tolist(), starts.tolist(), ends.tolist(), strict=True))

    def _out(self, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the sensor's network is down; the year is cut into as many parts as there are outages."""
        part_s = int(365.25 * _DAY_S / OUTAGES_A_YEAR)
        source, part = self._sources[sensors], times_s // part_s
        least, most = OUTAGE_H
        lasts = 3600 * (least + (most - least) * chance.uniform(self.town.seed, "outage lasts", source, part))
        starts = (part_s - lasts) * chance.uniform(self.town.seed, "outage", source, part)
        since = times_s - part * part_s - starts
        return (since >= 0) & (since < lasts)

    def arrives(self, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether single messages, sent at these times, arrive: (n,)."""
        return chance.uniform(self.town.seed, "loss", sensors, times_s) >= self._loss[sensors]

    def delays_s(
        self, sensors: NDArray[np.int64], times_s: NDArray[np.int64], *, may_be_late: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Seconds from measuring to publishing, (n,): one or two, rarely up to ``LATEST_S``."""
        luck = chance.uniform(self.town.seed, "late", sensors, times_s)
        late_s = 600 + (LATEST_S - 600) * chance.uniform(self.town.seed, "how late", sensors, times_s)
        soon_s = 1.9 + chance.uniform(self.town.seed, "latency", sensors, times_s)
        return np.where(may_be_late & (luck < LATE_SHARE), late_s, soon_s)

    def duplicates_after_s(self, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.float64]:
        """After how many seconds the same message comes once more, (n,); 0 = it does not."""
        luck = chance.uniform(self.town.seed, "duplicate", sensors, times_s)
        return np.where(luck < DUPLICATE_SHARE, 1 + 60 * luck / DUPLICATE_SHARE, 0.0)
