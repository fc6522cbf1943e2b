"""Sound level meters at a few of the town's sites: sensors that have nothing to do with containers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from simulators import chance, envelopes
from simulators.message import Message
from simulators.town import Town

MODEL = "WS302"
INTERVAL_S = 600
METERS = 3
SMALLEST_TOWN = 100
"""Towns with fewer containers have no meters."""

_QUIET_DB, _BUSY_DB = 44.0, 17.0
"""A street at the dead of night, and what the afternoon adds to it."""
_SENT_AFTER_S = 1


@dataclass(frozen=True, slots=True)
class NoiseSensor:
    """A meter that speaks MQTT itself. ``site_id`` is that of the town, ``offset_s`` when in each interval it sends."""

    device_id: str
    site_id: int
    offset_s: int


def noise_sensors(town: Town) -> tuple[NoiseSensor, ...]:
    """The meters of a town, spread over its sites."""
    if len(town.containers) < SMALLEST_TOWN:
        return ()
    step = len(town.sites) // METERS
    return tuple(
        NoiseSensor(f"24E124743C{town.seed % 2**16:04X}{number:02X}", town.sites[number * step].id, 97 * (number + 1))
        for number in range(METERS)
    )


def noise_messages(town: Town, start: datetime, end: datetime) -> Iterator[Message]:
    """What the meters send with ``start <= sent_at < end``, in sending order; always the same for the same interval."""
    meters = noise_sensors(town)
    first = int(start.timestamp()) // INTERVAL_S - 1
    last = int(end.timestamp()) // INTERVAL_S + 1
    for interval in range(first, last if meters else first):
        for number, meter in enumerate(meters):
            time_s = interval * INTERVAL_S + meter.offset_s
            sent_at = datetime.fromtimestamp(time_s + _SENT_AFTER_S, UTC)
            if start <= sent_at < end:
                yield Message(*_message(town, meter, number, time_s, interval), sent_at)


def _message(town: Town, meter: NoiseSensor, number: int, time_s: int, interval: int) -> tuple[str, bytes]:
    local = datetime.fromtimestamp(time_s, town.time_zone)
    hour = local.hour + local.minute / 60
    street, passing = chance.normal(town.seed, "noise", [number, number + METERS], interval).tolist()
    busy = (1 - float(np.cos((hour - 4) / 24 * 2 * np.pi))) / 2
    average = _QUIET_DB + 3 * number + _BUSY_DB * busy + 1.5 * street
    loudest = average + 9 + abs(passing)
    values = {"soundLevelAverage": average, "soundLevel": average + passing, "soundLevelMaximum": loudest}
    fields = ",".join(f'"{name}":{value:.1f}' for name, value in values.items())
    when = envelopes.second(time_s)
    topic = envelopes.native_topic(town.municipality.code, meter.device_id)
    return topic, envelopes.native([f'"phenomenonTime":"{when}Z",{fields}'], counter=interval & 0xFFFF)
