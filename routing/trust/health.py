"""The health of each container's sensor: what is wrong, since when, and by what figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.health import SensorHealth
from domain.judged_emptyings import Verdict
from domain.observations import Quality
from routing.trust.battery import REFERENCE_C, Battery
from routing.trust.emptyings import Reconciled
from routing.trust.judged import Judged
from routing.trust.readings import CODE
from routing.trust.stories import ECHOES_KNOWN

DAY_S = 86_400.0
SILENT_DAYS = 1.5
SILENT_GAPS = 12.0
"""A sensor is silent after so many days, and so many of its usual intervals, without a message."""

RECENT_S = 3 * DAY_S
MOSTLY = 0.5
"""Share of the readings of the last three days."""
ECHO_SHARE = 0.05
NOISY_SD, SPIKE_SHARE = 0.05, 0.05
UNLIKE = 0.3
"""A level that differs by so much from what the driver saw contradicts it."""
CONTRADICTIONS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """The health of a container's sensor: since when (epoch seconds; NaN: never heard), and an English sentence."""

    health: SensorHealth
    since_s: float
    reason: str


def health(
    judged: Judged,
    *,
    at_s: float,
    reconciled: list[Reconciled] | None = None,
    batteries: Sequence[Battery | None] = (),
) -> list[Finding]:
    """The health of each container's sensor (C,) at ``at_s``; the worst thing found is told.

    Parameters
    ----------
    reconciled
        What drivers reported beside what was seen, see ``emptyings.reconcile``.
    batteries
        (C,): of the sensor that each container's newest reading came from; none: nothing is known of any.
    """
    readings = judged.readings
    contradicted = _contradicted(judged, reconciled or [])
    found: list[Finding] = []
    for c in range(readings.containers):
        piece = slice(int(readings.starts[c]), int(readings.starts[c + 1]))
        battery = batteries[c] if batteries else None
        found.append(_finding(judged, c, piece, at_s=at_s, contradicted=contradicted[c], battery=battery))
    return found


def _finding(  # noqa: PLR0911 - one return a finding, the worst first
    judged: Judged,
    c: int,
    piece: slice,
    *,
    at_s: float,
    contradicted: list[float],
    battery: Battery | None,
) -> Finding:
    times_s, quality = judged.readings.times_s[piece], judged.quality[piece]
    if not len(times_s):
        return Finding(SensorHealth.SILENT, np.nan, "no reading at all in the period that was looked at")
    gaps = np.diff(times_s)
    usual_s = float(np.median(gaps)) if len(gaps) else 3600.0
    silent_s = at_s - float(times_s[-1])
    if silent_s > max(SILENT_DAYS * DAY_S, SILENT_GAPS * usual_s):
        return Finding(SensorHealth.SILENT, float(times_s[-1]), f"no message for {silent_s / DAY_S:.1f} days")
    recent = times_s >= times_s[-1] - RECENT_S
    for code, state, words in (
        (Quality.CLOCK, SensorHealth.CLOCK_WRONG, "carry a wrong time"),
        (Quality.STUCK, SensorHealth.STUCK, "tell one and the same level"),
        (Quality.TILTED, SensorHealth.TILTED, "come from a tilted or moved device"),
    ):
        share = float((quality[recent] == CODE[code]).mean())
        if share >= MOSTLY:
            since = _since(times_s, quality == CODE[code])
            return Finding(state, since, f"{share:.0%} of the readings of the last three days {words}")
    if len(contradicted) >= CONTRADICTIONS:
        words = f"its level was unlike what the driver saw, or stayed full, at {len(contradicted)} reported emptyings"
        return Finding(SensorHealth.CONTRADICTS_DRIVER, contradicted[0], words)
    false = np.isin(quality, [CODE[Quality.FALSE_ECHO], CODE[Quality.NO_ECHO]])
    echo_share = float(judged.echoes.share[c])
    if judged.episodes[c] >= ECHOES_KNOWN and echo_share >= ECHO_SHARE:
        words = f"{echo_share:.0%} of the readings see something else than the waste, in {judged.episodes[c]} episodes"
        return Finding(SensorHealth.FALSE_ECHO, float(times_s[np.argmax(false)]), words)
    spikes = float((quality == CODE[Quality.SPIKE]).mean())
    if judged.noise[c] > NOISY_SD or spikes > SPIKE_SHARE:
        words = f"readings scatter by {100 * judged.noise[c]:.0f} points, {spikes:.0%} are spikes"
        return Finding(SensorHealth.NOISY, float(times_s[0]), words)
    if judged.drift[c]:
        mine = judged.seen.rows == c
        words = f"reads {100 * judged.drift[c]:+.0f} points after emptyings"
        return Finding(SensorHealth.DRIFTED, float(judged.seen.until_s[mine][0]), words)
    if battery is not None and battery.low:
        words = f"{battery.voltage_v:.2f} V at {REFERENCE_C:.0f} °C, {battery.first_v:.2f} V at first"
        return Finding(SensorHealth.BATTERY_LOW, float(times_s[-1]), words)
    return Finding(SensorHealth.HEALTHY, float(times_s[0]), "nothing speaks against its readings")


def _since(times_s: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """The first bad reading after the last stretch of a day or more without one."""
    at = times_s[bad]
    pauses = np.flatnonzero(np.diff(at) > DAY_S)
    return float(at[pauses[-1] + 1] if len(pauses) else at[0])


def _contradicted(judged: Judged, reconciled: list[Reconciled]) -> list[list[float]]:
    """When drivers saw something else than each container's sensor told."""
    found: list[list[float]] = [[] for _ in range(judged.readings.containers)]
    readings = judged.readings
    seen_at = {
        (row, at_s): level
        for row, at_s, level in zip(
            readings.sighting_rows.tolist(),
            readings.sightings_s.tolist(),
            readings.sighting_levels.tolist(),
            strict=True,
        )
    }
    for each in reconciled:
        if each.reported_s is None:
            continue
        level = seen_at.get((each.row, each.reported_s), np.nan)
        unlike = each.before is not None and abs(each.before - level) > UNLIKE
        if each.verdict is Verdict.MISSED or unlike:
            found[each.row].append(each.reported_s)
    return found
