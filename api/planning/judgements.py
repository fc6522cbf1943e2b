"""The night's judgements as they are stored: what changes of the readings, the emptyings, the batteries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from api.planning.inputs import Inputs
from domain.judged_emptyings import JudgedEmptying
from routing.forecast import Outlook
from routing.forecast.state import LAG_DAYS
from routing.trust.battery import Battery, battery
from routing.trust.readings import QUALITIES
from storage.batteries import BatteryState
from storage.judgements import Judgement

WRITTEN_DAYS = 28
"""Readings older than this keep the judgement that they have: TimescaleDB compresses them when they are 30 days old."""

REWRITTEN_DAYS = 8
"""A night that adds to what was learned judges so many days before the last night again. Older judgements have settled,
and the readings beside them that would be needed are not read any more."""

SETTLED = timedelta(days=LAG_DAYS)
"""A judgement that stays the same and is older than this before the last night is not written again, though the cleaned
level beside it may have moved a little."""


def rewritten_from(inputs: Inputs, known_at: datetime) -> datetime:
    """Since when readings and emptyings get the judgement of this night."""
    earliest = known_at - timedelta(days=WRITTEN_DAYS)
    if inputs.fill_model is None:
        return earliest
    return max(earliest, inputs.fill_model.known_at - timedelta(days=REWRITTEN_DAYS))


def of_readings(inputs: Inputs, seen: Outlook, *, known_at: datetime) -> list[Judgement]:
    """The readings whose stored judgement is not this night's."""
    since_s = rewritten_from(inputs, known_at).timestamp()
    fresh_s = since_s if inputs.fill_model is None else (inputs.fill_model.known_at - SETTLED).timestamp()
    found = seen.corrections
    starts = np.searchsorted(found.rows, np.arange(len(seen.ids) + 1))
    changed: list[Judgement] = []
    for c, container_id in enumerate(seen.ids.tolist()):
        series = inputs.series.get(container_id)
        if series is None:
            continue
        mine = slice(int(starts[c]), int(starts[c + 1]))
        now = {
            (source, time_s): (code, level)
            for source, time_s, code, level in zip(
                found.sources[mine].tolist(),
                found.times_s[mine].tolist(),
                found.quality[mine].tolist(),
                found.cleaned[mine].tolist(),
                strict=True,
            )
        }
        begin, end = np.searchsorted(series.times_s, [since_s, known_at.timestamp()], side="right")
        marked = begin + np.flatnonzero(
            (series.judged[begin:end] != series.quality[begin:end]) | series.is_cleaned[begin:end]
        )
        stored = {
            (source, time_s): (judged, is_cleaned)
            for source, time_s, judged, is_cleaned in zip(
                series.sensor_ids[marked].tolist(),
                series.times_s[marked].tolist(),
                series.judged[marked].tolist(),
                series.is_cleaned[marked].tolist(),
                strict=True,
            )
        }
        for (source, time_s), (code, level) in now.items():
            known = np.isfinite(level)
            if time_s > fresh_s or stored.get((source, time_s)) != (code, known):
                cleaned = round(level, 4) if known else None
                changed.append(Judgement(container_id, source, _moment(time_s), QUALITIES[code], cleaned))
        for source, time_s in stored.keys() - now.keys():
            changed.append(Judgement(container_id, source, _moment(time_s), None, None))
    return changed


def of_emptyings(inputs: Inputs, seen: Outlook) -> list[JudgedEmptying]:
    """Seen and reported emptyings."""
    ids = seen.ids.tolist()
    return [
        JudgedEmptying(
            container_id=ids[each.row],
            begins_at=_moment(each.from_s),
            ends_at=_moment(each.until_s),
            verdict=each.verdict,
            confidence=min(max(each.confidence, 0.0), 1.0),
            level_before=_finite(each.before),
            level_after=_finite(each.after),
            reported_at=None if each.reported_s is None else _moment(each.reported_s),
            emptying_id=None if each.reported_s is None else inputs.reports.get((ids[each.row], each.reported_s)),
        )
        for each in seen.emptyings
    ]


def batteries_of(inputs: Inputs) -> dict[int, Battery]:
    """The battery of each sensor by its id: judged anew where there are voltages, else as last time."""
    earlier = inputs.batteries
    found = {sensor_id: Battery(each.voltage_v, each.first_v, 0.0, each.low) for sensor_id, each in earlier.items()}
    return {**found, **_judged_anew(inputs)}


def battery_states(inputs: Inputs) -> list[BatteryState]:
    """Those that were judged anew, to be stored."""
    return [
        BatteryState(sensor_id, each.voltage_v, each.first_v, each.low)
        for sensor_id, each in _judged_anew(inputs).items()
    ]


def _judged_anew(inputs: Inputs) -> Mapping[int, Battery]:
    found: dict[int, Battery] = {}
    for sensor_id, each in inputs.voltages.items():
        earlier = inputs.batteries.get(sensor_id)
        judged = battery(each.volts, each.degrees, first_v=None if earlier is None else earlier.first_v)
        if judged is not None:
            found[sensor_id] = judged
    return found


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(round(at_s, 6), UTC)
