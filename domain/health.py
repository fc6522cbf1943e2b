"""How a sensor is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SensorHealth(StrEnum):
    """What is wrong with a sensor, the worst first; its readings tell."""

    SILENT = "silent"
    CLOCK_WRONG = "clock_wrong"
    STUCK = "stuck"
    TILTED = "tilted"
    CONTRADICTS_DRIVER = "contradicts_driver"
    FALSE_ECHO = "false_echo"
    NOISY = "noisy"
    DRIFTED = "drifted"
    BATTERY_LOW = "battery_low"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class HealthState:
    """The health of a sensor in a container.

    ``since`` is when it began, as far as the readings at hand reach back; ``reason`` one English sentence with figures;
    ``trust`` the probability that its next reading is within ten points of the truth (None: it has none).
    """

    sensor_id: int
    container_id: int
    health: SensorHealth
    since: datetime
    reason: str
    trust: float | None
