"""What the platform would have recorded of the town's sensors, beside the truth that only the simulator knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from simulators.devices import MODELS
from simulators.measure import Measuring
from simulators.reception import Reception
from simulators.sensors import FAULT_SHARES, Fault
from simulators.town import Town
from simulators.waste import Waste

TILT_LIMIT_DEG = 30.0


@dataclass(frozen=True, eq=False)
class Record:
    """Readings as arrays of equal length (n,), sorted by container and then by time.

    ``rows``: int64 positions in ``Town.containers``; ``times_s``: epoch seconds; ``levels``: shares of the capacity as
    measured, ``true_levels`` as they were; ``no_echo``, ``tilted``: what the message itself tells of its quality.
    """

    rows: NDArray[np.int64]
    times_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    true_levels: NDArray[np.float64]
    no_echo: NDArray[np.bool_]
    tilted: NDArray[np.bool_]


def record(town: Town, waste: Waste, start: datetime, end: datetime) -> Record:
    """Everything that arrives of what is measured from ``start`` (inclusive) to ``end`` (exclusive)."""
    interval_s = np.array([sensor.interval_s for sensor in town.sensors], dtype=np.int64)
    offset_s = np.array([sensor.offset_s for sensor in town.sensors], dtype=np.int64)
    first = np.ceil((start.timestamp() - offset_s) / interval_s).astype(np.int64)
    counts = np.ceil((end.timestamp() - offset_s) / interval_s).astype(np.int64) - first
    sensors = np.repeat(np.arange(len(counts)), counts)
    numbers = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[sensors]
    times_s = numbers * interval_s[sensors] + offset_s[sensors]
    reception = Reception(town)
    kept = reception.awake(sensors, times_s) & reception.arrives(sensors, times_s)
    sensors, times_s = sensors[kept], times_s[kept]
    measuring = Measuring(town)
    seen = measuring.read(waste, sensors, times_s)
    rows = measuring.rows[sensors]
    levels = measuring.levels(seen.distance_m, sensors)
    no_echo = seen.distance_m >= np.array([MODELS[sensor.model].no_echo_m for sensor in town.sensors])[sensors] - 1e-6
    order = np.lexsort((times_s, rows))
    return Record(
        rows=rows[order],
        times_s=times_s[order].astype(np.float64),
        levels=levels[order],
        true_levels=waste.fill_levels(rows, times_s.astype(np.float64))[order],
        no_echo=no_echo[order],
        tilted=(seen.tilt_deg > TILT_LIMIT_DEG)[order],
    )


def with_faults(town: Town, share: float) -> Town:
    """The town with that share of its sensors bad: nine in ten by false echoes, the others stuck.

    36 of 77 glass containers' sensors in the field were (a share of 0.47).
    """
    random = np.random.default_rng([town.seed, 77])
    broken = random.random(len(town.sensors)) < share
    kinds = random.random(len(town.sensors)) < 0.9
    sensors = tuple(
        replace(sensor, fault=Fault.FALSE_ECHO if kinds[i] else Fault.STUCK)
        if broken[i]
        else (replace(sensor, fault=Fault.NONE) if sensor.fault in FAULT_SHARES else sensor)
        for i, sensor in enumerate(town.sensors)
    )
    return replace(town, sensors=sensors)
