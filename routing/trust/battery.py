"""Battery voltages freed of the temperature: a cold night is not an empty battery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REFERENCE_C = 10.0
USUAL_SLOPE = 0.0035
"""Volts a degree, as lithium cells of field sensors show (voltage follows temperature with r 0.84)."""
LEAST_PAIRS = 30
LOW_FALL_V = 0.25
"""A cell that has lost so much of its own first voltage, at equal temperature, is near its end."""
RENEWED_V = 0.15
"""A cell that has so much more than its first voltage is another one."""


@dataclass(frozen=True, slots=True)
class Battery:
    """``voltage_v`` now and ``first_v`` at first, both at 10 degrees; ``slope_v`` a degree; ``low``: near its end."""

    voltage_v: float
    first_v: float
    slope_v: float
    low: bool


def battery(
    voltages_v: NDArray[np.float64],
    temperatures_c: NDArray[np.float64],
    *,
    low_v: float | None = None,
    first_v: float | None = None,
) -> Battery | None:
    """Judge voltages (n,) in the order of time beside the temperatures (n,) then; None when there is no voltage.

    Parameters
    ----------
    low_v
        The model's voltage at 10 degrees from which it may stop; None: only its own fall counts.
    first_v
        What an earlier judgement told its first voltage to be; None: there was none.
    """
    known = np.isfinite(voltages_v)
    volts, degrees = voltages_v[known], temperatures_c[known]
    if not len(volts):
        return None
    slope = USUAL_SLOPE
    warm = np.isfinite(degrees)
    if warm.sum() >= LEAST_PAIRS and np.ptp(degrees[warm]) > 5:
        # Differences between neighbours in temperature, not in time, would mix in ageing: a line in both.
        age = np.linspace(-0.5, 0.5, len(volts))
        design = np.column_stack([np.ones(int(warm.sum())), degrees[warm], age[warm]])
        found = float(np.linalg.lstsq(design, volts[warm], rcond=None)[0][1])
        slope = float(np.clip(found, 0.0, 0.02))
    level = volts - slope * (np.where(warm, degrees, REFERENCE_C) - REFERENCE_C)
    part = max(1, len(level) // 10)
    first, now = float(np.median(level[:part])), float(np.median(level[-part:]))
    if first_v is not None:
        first = now if now > first_v + RENEWED_V else first_v
    return Battery(now, first, slope, now < first - LOW_FALL_V or (low_v is not None and now < low_v))
