"""What of the truth reaches the platform: the readings of each day, when they arrive, and what drivers report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.forecast import FillHistory
from routing.trust.readings import CODE
from simulators import chance
from simulators.devices import LDDS45, MODELS
from simulators.evaluation.contents import DayOfContents
from simulators.evaluation.world import World
from simulators.history import CUT_OFF_SHARE
from simulators.measure import OPEN_S, Measuring
from simulators.reception import Reception
from simulators.sensors import Fault
from simulators.waste import MOST_FILL

KEPT_DAYS = 92
"""Older readings are forgotten: the planning job reads 90 days when it learns everything anew."""

EYE_SD = 0.07
EYE_STEP = 0.1
"""A driver's eye is wrong by this standard deviation, and tells tenths."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Readings of a day or more, sorted by container and then by time, (n,) each.

    ``rows``: positions in ``Town.containers``; ``times_s``, ``arrived_s``: epoch seconds of measuring and arriving;
    ``levels`` as the platform makes them; ``quality``: codes of ``routing.trust.readings.QUALITIES``; ``sensors``:
    positions in ``Town.sensors``.
    """

    rows: NDArray[np.int64]
    times_s: NDArray[np.float64]
    arrived_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    quality: NDArray[np.uint8]
    sensors: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)


class Sensing:
    """The sensors and the drivers of a world, day by day, and all that has been told so far."""

    def __init__(self, world: World) -> None:
        self._world = world
        town = world.town
        self._reception = Reception(town)
        self._measuring = Measuring(town)
        # What comes a year ahead of time is quarantined, and what nobody registered is not read.
        self._heard = np.array(
            [sensor.registered and sensor.fault is not Fault.CLOCK_AHEAD for sensor in town.sensors], dtype=bool
        )
        self._malformed = np.array([sensor.fault is Fault.MALFORMED for sensor in town.sensors], dtype=bool)
        self._keeps = np.array([sensor.upload_every_s > 0 for sensor in town.sensors], dtype=bool)
        self._tells_tilt = np.array([sensor.model != LDDS45.name for sensor in town.sensors], dtype=bool)
        self._no_echo_m = np.array([MODELS[sensor.model].no_echo_m for sensor in town.sensors])
        self._interval_s = np.array([sensor.interval_s for sensor in town.sensors], dtype=np.int64)
        self._offset_s = np.array([sensor.offset_s for sensor in town.sensors], dtype=np.int64)
        self._blocks: list[tuple[float, Readings]] = []
        self._emptied: list[list[float]] = [[] for _ in town.containers]
        self._seen: list[list[float]] = [[] for _ in town.containers]

    def pass_day(self, number: int, day: DayOfContents) -> None:
        """Measure through the simulated day of that number, and hear what the drivers report."""
        ends_s = float(self._world.midnights_s[number + 1])
        self._blocks = [*self._blocks[-(KEPT_DAYS - 1) :], (ends_s, self._read(number, day))]
        done = day.emptyings
        whole_minute = (done.times_s // 60).astype(np.int64)
        seen = np.full(len(done.rows), np.nan)
        if self._world.setting.drivers_look and len(done.rows):
            eye = chance.normal(self._world.setting.seed, "driver's eye", done.rows, whole_minute)
            told = np.round((np.minimum(day.found, MOST_FILL) + EYE_SD * eye) / EYE_STEP) * EYE_STEP
            seen = np.clip(told, 0.0, MOST_FILL)
        for row, when, level in zip(done.rows.tolist(), done.times_s.tolist(), seen.tolist(), strict=True):
            self._emptied[row].append(when)
            self._seen[row].append(level)

    def newest(self, known_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Time and level of each container's last usable reading that has arrived, (C,) each; NaN: there is none.

        As a platform sees it that knows of no other faults than those that a single message tells.
        """
        count = len(self._world.town.containers)
        times_s, levels = np.full(count, np.nan), np.full(count, np.nan)
        for _, block in self._blocks:
            chosen = (block.arrived_s <= known_s) & (block.quality == 0)
            # In the order of time within each container, so that the last one written is the newest.
            times_s[block.rows[chosen]] = block.times_s[chosen]
            levels[block.rows[chosen]] = block.levels[chosen]
        return times_s, levels

    def emptied_s(self) -> NDArray[np.float64]:
        """When each container was last emptied, (C,); NaN: never."""
        return np.array([each[-1] if each else np.nan for each in self._emptied])

    def histories(self, known_s: float, *, since_s: float) -> dict[int, FillHistory]:
        """What has arrived by a moment of what was measured after another one, by container id."""
        found = _joined([block for ends_s, block in self._blocks if ends_s > since_s])
        inside = (found.arrived_s <= known_s) & (found.times_s > since_s)
        rows = found.rows[inside]
        # Blocks follow each other in time, so a stable sort by container is one by time as well.
        order = np.argsort(rows.astype(np.uint16 if len(self._emptied) < 65_536 else np.int64), kind="stable")
        picked = np.flatnonzero(inside)[order]
        times_s, levels, quality = found.times_s[picked], found.levels[picked], found.quality[picked]
        good, sensors = quality == 0, found.sensors[picked]
        bounds = np.searchsorted(rows[order], np.arange(len(self._emptied) + 1)).tolist()
        histories: dict[int, FillHistory] = {}
        for row, container in enumerate(self._world.town.containers):
            mine = slice(bounds[row], bounds[row + 1])
            emptied_s, seen = np.array(self._emptied[row]), np.array(self._seen[row])
            told = (emptied_s > since_s) & (emptied_s <= known_s)
            histories[container.id] = FillHistory(
                times_s=times_s[mine],
                levels=levels[mine],
                good=good[mine],
                quality=quality[mine],
                sources=sensors[mine],
                emptied_s=emptied_s[told],
                observed_levels=seen[told],
            )
        return histories

    def _read(self, number: int, day: DayOfContents) -> Readings:
        world, seed = self._world, self._world.setting.seed
        sensors, times_s = self._moments(world.midnights_s[number], world.midnights_s[number + 1])
        uploaded_s = self._reception.uploaded_s(sensors, times_s)
        kept = self._heard[sensors] & self._reception.awake(sensors, times_s)
        kept &= self._reception.arrives(sensors, uploaded_s)
        kept &= ~(self._malformed[sensors] & (chance.uniform(seed, "cut off", sensors, times_s) < CUT_OFF_SHARE))
        sensors, times_s, uploaded_s = sensors[kept], times_s[kept], uploaded_s[kept]
        moments = times_s.astype(np.float64)
        rows = self._measuring.rows[sensors]
        content = day.at(world, rows, moments)
        distance_m = self._measuring.distances_m(np.clip(content, 0.0, MOST_FILL), sensors, times_s)
        quality = np.zeros(len(sensors), dtype=np.uint8)
        quality[distance_m >= self._no_echo_m[sensors] - 1e-6] = CODE[Quality.NO_ECHO]
        emptied_s = np.full(len(world.town.containers), -np.inf)
        emptied_s[day.emptyings.rows] = day.emptyings.times_s
        lifted = (np.abs(moments - emptied_s[rows]) <= OPEN_S) & self._tells_tilt[sensors]
        quality[lifted] = CODE[Quality.TILTED]
        late = self._reception.delays_s(sensors, uploaded_s, may_be_late=~self._keeps[sensors])
        order = np.lexsort((times_s, rows))
        return Readings(
            rows=rows[order],
            times_s=moments[order],
            arrived_s=(uploaded_s + late)[order],
            levels=self._measuring.levels(distance_m, sensors)[order],
            quality=quality[order],
            sensors=sensors[order].astype(np.int32),
        )

    def _moments(self, start_s: float, end_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """When each sensor measures from start (inclusive) to end (exclusive), sorted by sensor and then by time."""
        first = np.ceil((start_s - self._offset_s) / self._interval_s).astype(np.int64)
        counts = np.ceil((end_s - self._offset_s) / self._interval_s).astype(np.int64) - first
        sensors = np.repeat(np.arange(len(counts)), counts)
        numbers = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[sensors]
        return sensors, numbers * self._interval_s[sensors] + self._offset_s[sensors]


def _joined(parts: list[Readings]) -> Readings:
    empty = Readings(
        rows=np.empty(0, np.int64),
        times_s=np.empty(0),
        arrived_s=np.empty(0),
        levels=np.empty(0),
        quality=np.empty(0, np.uint8),
        sensors=np.empty(0, np.int32),
    )
    whole = [empty, *parts]
    return Readings(
        rows=np.concatenate([part.rows for part in whole]),
        times_s=np.concatenate([part.times_s for part in whole]),
        arrived_s=np.concatenate([part.arrived_s for part in whole]),
        levels=np.concatenate([part.levels for part in whole]),
        quality=np.concatenate([part.quality for part in whole]),
        sensors=np.concatenate([part.sensors for part in whole]),
    )
