"""What the sensors of the simulated town measure: the truth with everything that stands between it and a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulators import chance
from simulators.devices import MODELS
from simulators.sensors import Fault
from simulators.town import Town
from simulators.waste import MOST_FILL, Waste

NOISE_M = 0.02
"""Standard deviation of a reading against the waste's mean height (residual in the field: 2.1 cm)."""

NO_ECHO_SHARE, POOR_NO_ECHO_SHARE = 0.002, 0.01
STRAY_ECHO_SHARE = 0.0005
"""Of all readings so many find no echo (the second figure: of sensors with a false echo), or something nearer than the
waste. Emptyings included, the distance jumps 0.2 to 0.5 times a day (field, good sensors: 0.22)."""

FALSE_ECHO_M = 0.6
FALSE_ECHO_BLOCK_S = 15 * 3600
FALSE_ECHO_SHARE = 0.45
"""A false echo comes and goes, often at 60 cm, so that the distance jumps about 1.35 times a day (field)."""

OPEN_S = 180.0
"""Readings so near to an emptying find the container lifted and the sensor tilted."""

_GRID_STEP = 0.005
_LEVELS = np.arange(-40, 161) / 100
_DAY_S = 86_400.0


@dataclass(frozen=True, eq=False)
class Readings:
    """Readings as arrays of equal length (n,).

    ``sensors`` are int64 positions in ``Town.sensors``, ``times_s`` int64 seconds since 1970 by the true clock;
    the values are float64 in metres, degrees Celsius, volts, share 0..1 and degrees.
    """

    sensors: NDArray[np.int64]
    times_s: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    temperature_c: NDArray[np.float64]
    battery_v: NDArray[np.float64]
    battery_level: NDArray[np.float64]
    tilt_deg: NDArray[np.float64]


class Measuring:
    """The town's sensors at work. The same sensor at the same time always measures the same."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.rows = np.array([sensor.container_id - 1 for sensor in town.sensors], dtype=np.int64)
        models = [MODELS[sensor.model] for sensor in town.sensors]
        self._resolution_m = np.array([model.resolution_m for model in models])
        self._least_m = np.array([model.least_distance_m for model in models])
        self._no_echo_m = np.array([model.no_echo_m for model in models])
        faults = [sensor.fault for sensor in town.sensors]
        self._false_echo = np.array([fault is Fault.FALSE_ECHO for fault in faults])
        self._stuck = np.array([fault is Fault.STUCK for fault in faults])

    @cached_property
    def _distances(self) -> NDArray[np.float64]:
        """Distance of each sensor at the fill levels 0, ``_GRID_STEP``, ..: (sensors, levels), metres."""
        levels = np.arange(0, MOST_FILL + 2 * _GRID_STEP, _GRID_STEP).tolist()
        table: list[list[float]] = []
        for sensor in self.town.sensors:
            geometry = self.town.containers[sensor.container_id - 1].geometry
            assert geometry is not None
            table.append([max(0.0, geometry.distance_m(level)) for level in levels])
        return np.array(table)

    def read(self, waste: Waste, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> Readings:
        """What the sensors at these positions in ``Town.sensors`` measure at these times, (n,) each."""
        moments = times_s.astype(np.float64)
        levels = waste.fill_levels(self.rows[sensors], moments)
        temperature_c = self._temperatures(sensors, times_s)
        battery_v = self._battery_voltages(sensors, times_s, temperature_c)
        return Readings(
            sensors=sensors,
            times_s=times_s,
            distance_m=self.distances_m(levels, sensors, times_s),
            temperature_c=temperature_c,
            battery_v=battery_v,
            battery_level=np.clip((battery_v - 3.0) / 0.65, 0, 1),
            tilt_deg=self._tilts(waste, sensors, times_s),
        )

    def distances_m(
        self, levels: NDArray[np.float64], sensors: NDArray[np.int64], times_s: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The distances that the sensors at these positions report when the containers are truly so full, (n,) each.

        ``levels`` are shares of the capacity, 0 to ``MOST_FILL``.
        """
        return self._seen(self._true_distances(levels, sensors), sensors, times_s)

    def levels(self, distances_m: NDArray[np.float64], sensors: NDArray[np.int64]) -> NDArray[np.float64]:
        """The fill levels that the platform makes of these distances, (n,): -1 beyond what a container is deep."""
        found = np.empty(len(distances_m))
        order = np.argsort(sensors, kind="stable")
        bounds = np.searchsorted(sensors[order], np.arange(len(self.town.sensors) + 1))
        for i, (low, high) in enumerate(pairwise(bounds.tolist())):
            if low < high:
                mine = order[low:high]
                found[mine] = np.interp(-distances_m[mine], -self._platform[i], _LEVELS)
                found[mine[distances_m[mine] > self._platform[i, 0]]] = -1.0
        return found

    @cached_property
    def _platform(self) -> NDArray[np.float64]:
        """Distance of each sensor at the fill levels ``_LEVELS``, as its container's geometry has it: (sensors, n)."""
        table: list[list[float]] = []
        for sensor in self.town.sensors:
            geometry = self.town.containers[sensor.container_id - 1].geometry
            assert geometry is not None
            table.append([geometry.distance_m(level) for level in _LEVELS.tolist()])
        return np.array(table)

    def _true_distances(self, levels: NDArray[np.float64], sensors: NDArray[np.int64]) -> NDArray[np.float64]:
        whole, part = np.divmod(levels / _GRID_STEP, 1)
        below = whole.astype(np.int64)
        table = self._distances
        return table[sensors, below] * (1 - part) + table[sensors, below + 1] * part

    def _seen(
        self, true_m: NDArray[np.float64], sensors: NDArray[np.int64], times_s: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        seed = self.town.seed
        noise = chance.normal(seed, "noise", sensors, times_s)
        seen = true_m + NOISE_M * noise
        echo_m = np.where(chance.uniform(seed, "echo place", sensors) < 0.6, FALSE_ECHO_M, 0.2 + 0.5 * true_m)
        block = (times_s + 7919 * sensors) // FALSE_ECHO_BLOCK_S
        echoing = self._false_echo[sensors] & (chance.uniform(seed, "echo", sensors, block) < FALSE_ECHO_SHARE)
        # The nearest echo is the one that counts.
        seen = np.where(echoing & (true_m > echo_m), echo_m + 0.005 * noise, seen)
        luck = chance.uniform(seed, "reading", sensors, times_s)
        nearer = 0.2 + (true_m - 0.2) * chance.uniform(seed, "stray", sensors, times_s)
        stray = (luck > 1 - STRAY_ECHO_SHARE) & (true_m > 0.4)
        seen = np.where(stray, nearer, seen)
        stuck_m = self._distances[sensors, 0] * (0.4 + 0.4 * chance.uniform(seed, "stuck", sensors))
        seen = np.where(self._stuck[sensors], stuck_m, seen)
        step = self._resolution_m[sensors]
        seen = np.maximum(self._least_m[sensors], np.round(seen / step) * step)
        no_echo_share = np.where(self._false_echo[sensors], POOR_NO_ECHO_SHARE, NO_ECHO_SHARE)
        no_echo = (luck < no_echo_share) & ~self._stuck[sensors]
        return np.where(no_echo, self._no_echo_m[sensors], seen)

    def _temperatures(self, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.float64]:
        """Helsinki's year (mean 6 degrees, warmest at the end of July), its weather, and the time of day."""
        days = times_s / _DAY_S
        season = 6.0 + 12.0 * np.cos(2 * np.pi * (days - 208) / 365.25)
        whole, part = np.divmod(days, 1)
        today = chance.normal(self.town.seed, "weather", whole.astype(np.int64))
        tomorrow = chance.normal(self.town.seed, "weather", whole.astype(np.int64) + 1)
        weather = 3.0 * (today * (1 - part) + tomorrow * part)
        by_day = 2.5 * np.cos(2 * np.pi * (part - 13 / 24))
        own = chance.normal(self.town.seed, "shade", sensors)
        noise = chance.normal(self.town.seed, "temperature", sensors, times_s)
        return np.round(season + weather + by_day + own + 0.3 * noise, 1)

    def _battery_voltages(
        self, sensors: NDArray[np.int64], times_s: NDArray[np.int64], temperature_c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Follows the temperature (r 0.84 in the field) and hardly falls with age."""
        own = 0.004 * chance.normal(self.town.seed, "battery", sensors)
        noise = 0.007 * chance.normal(self.town.seed, "voltage", sensors, times_s)
        return np.round(3.55 + 0.0035 * (temperature_c - 6) + own + noise, 3)

    def _tilts(self, waste: Waste, sensors: NDArray[np.int64], times_s: NDArray[np.int64]) -> NDArray[np.float64]:
        upright = np.floor(5 * chance.uniform(self.town.seed, "hung", sensors)) + np.zeros(len(sensors))
        if not len(sensors):
            return upright
        first, last = float(times_s.min()) - OPEN_S, float(times_s.max()) + OPEN_S
        emptied = waste.emptied(datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))
        span = 2.0**34
        keys = emptied.rows * span + emptied.times_s
        here = self.rows[sensors] * span + times_s
        near = np.searchsorted(keys, here - OPEN_S) < np.searchsorted(keys, here + OPEN_S)
        return np.where(near, 60 + np.floor(40 * chance.uniform(self.town.seed, "lifted", sensors, times_s)), upright)
