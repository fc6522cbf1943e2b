"""Everything that the town's sensors send in an interval, in sending order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from domain.sensors import Source
from simulators import chance, envelopes
from simulators.devices import MODELS, TILTED_DEG, Measurement, Model
from simulators.measure import Measuring, Readings
from simulators.message import Message
from simulators.noise import INTERVAL_S as NOISE_EVERY_S
from simulators.noise import noise_messages, noise_sensors
from simulators.reception import LATEST_S, Reception
from simulators.sensors import UPLOAD_EVERY_S, Fault, TownSensor
from simulators.town import Town
from simulators.waste import Waste

__all__ = ["Message", "Sending", "expected_messages", "messages"]

CUT_OFF_SHARE = 0.07
"""So many messages of the sensor with the fault ``malformed`` end in the middle."""

FRAMES_A_SESSION = 20_000
"""After so many frames a device joins its network anew, and its counter starts at 0."""

_ROWS_AT_ONCE = 200_000
"""Readings held in memory at once (about 20 MB)."""
_YEAR_S = 365 * 86_400


def messages(town: Town, start: datetime, end: datetime, *, waste: Waste | None = None) -> Iterator[Message]:
    """The messages with ``start <= sent_at < end``, in sending order.

    The same interval always gives the same messages, and two adjacent intervals give those of both together.

    Parameters
    ----------
    waste
        What is in the containers; by default filled by chance and emptied on the fixed schedule.
    """
    yield from Sending(town).messages(waste or Waste(town), start, end)


def expected_messages(town: Town, start: datetime, end: datetime) -> int:
    """About how many messages that will be, for a progress bar."""
    hours = (end - start).total_seconds() / 3600
    a_hour = sum(3600 / (sensor.upload_every_s or sensor.interval_s) for sensor in town.sensors)
    of_noise = len(noise_sensors(town)) * 3600 / NOISE_EVERY_S
    return round((0.81 * a_hour + of_noise) * hours)


class Sending:
    """The town's sensors and what they need to know to send; kept over several intervals it saves making it anew."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.measuring = Measuring(town)
        self.reception = Reception(town)
        everyone = np.arange(len(town.sensors))
        self._interval_s = np.array([sensor.interval_s for sensor in town.sensors], dtype=np.int64)
        self._offset_s = np.array([sensor.offset_s for sensor in town.sensors], dtype=np.int64)
        self._upload_every_s = np.array([sensor.upload_every_s for sensor in town.sensors], dtype=np.int64)
        self._first_frame = (1_000_000 * chance.uniform(town.seed, "first frame", everyone)).astype(np.int64)
        self._senders = [_Sender(town, sensor) for sensor in town.sensors]

    def messages(self, waste: Waste, start: datetime, end: datetime) -> Iterator[Message]:
        """As the function ``messages``."""
        step = timedelta(hours=max(1, _ROWS_AT_ONCE // max(1, len(self.town.sensors))))
        while start < end:
            stop = min(end, start + step)
            of_containers = self._window(waste, start.timestamp(), stop.timestamp())
            yield from heapq.merge(of_containers, noise_messages(self.town, start, stop), key=attrgetter("sent_at"))
            start = stop

    def _window(self, waste: Waste, start_s: float, end_s: float) -> Iterator[Message]:
        sensors, times_s = self._moments(start_s - UPLOAD_EVERY_S - LATEST_S - 120, end_s)
        working = self.reception.awake(sensors, times_s)
        sensors, times_s = sensors[working], times_s[working]
        # A message is all readings of a sensor with the same upload time.
        batched = self._upload_every_s[sensors] > 0
        uploaded_s = self.reception.uploaded_s(sensors, times_s)
        first = np.flatnonzero(np.diff(sensors, prepend=-1) | np.diff(uploaded_s, prepend=-1))
        last = np.append(first[1:], len(sensors))
        who, when, together = sensors[first], uploaded_s[first], batched[first]
        delays_s = self.reception.delays_s(who, when, may_be_late=~together)
        sent_s = when + delays_s
        again_s = np.where((again := self.reception.duplicates_after_s(who, when)) > 0, sent_s + again, np.inf)
        arrives = self.reception.arrives(who, when)
        chosen = np.concatenate(
            [
                np.flatnonzero(arrives & (sent_s >= start_s) & (sent_s < end_s)),
                np.flatnonzero(arrives & (again_s >= start_s) & (again_s < end_s)),
            ]
        )
        moments = np.concatenate(
            [
                sent_s[arrives & (sent_s >= start_s) & (sent_s < end_s)],
                again_s[arrives & (again_s >= start_s) & (again_s < end_s)],
            ]
        )
        order = np.lexsort((chosen, moments))
        cut = _Cut(sensors, times_s, first, last, when)
        yield from self._written(waste, cut, chosen[order], moments[order])

    def _moments(self, start_s: float, end_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """When each sensor measures in the interval: positions and times, sorted by sensor and then time."""
        first = np.ceil((start_s - self._offset_s) / self._interval_s).astype(np.int64)
        last = np.ceil((end_s - self._offset_s) / self._interval_s).astype(np.int64)
        counts = last - first
        sensors = np.repeat(np.arange(len(counts)), counts)
        numbers = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[sensors]
        return sensors, numbers * self._interval_s[sensors] + self._offset_s[sensors]

    def _written(
        self, waste: Waste, cut: _Cut, chosen: NDArray[np.int64], moments: NDArray[np.float64]
    ) -> Iterator[Message]:
        """Write the ``chosen`` messages of the cut, published at ``moments``."""
        sensors, first, last, when = cut.sensors, cut.first, cut.last, cut.when
        wanted = np.zeros(len(sensors) + 1, dtype=np.int64)
        np.add.at(wanted, first[chosen], 1)
        np.add.at(wanted, last[chosen], -1)
        needed = np.cumsum(wanted)[:-1] > 0
        place = np.cumsum(needed) - needed
        table = _Table(self.measuring.read(waste, sensors[needed], cut.times_s[needed]))
        who = sensors[first[chosen]]
        spacing = np.where(self._upload_every_s[who] > 0, self._upload_every_s[who], self._interval_s[who])
        frames = when[chosen] // spacing + self._first_frame[who]
        identities = chance.bits(self.town.seed, "identity", who, when[chosen])
        for sensor, begin, count, frame, identity, sent_s in zip(
            who.tolist(),
            place[first[chosen]].tolist(),
            (last - first)[chosen].tolist(),
            frames.tolist(),
            identities.tolist(),
            moments.tolist(),
            strict=True,
        ):
            sender = self._senders[sensor]
            yield Message(
                sender.topic,
                sender.write(table, begin, count, frame, identity),
                datetime.fromtimestamp(sent_s, UTC),
            )


@dataclass(frozen=True, eq=False)
class _Cut:
    """Readings cut into messages: message i is made of the readings ``first[i]:last[i]`` and due at ``when[i]``."""

    sensors: NDArray[np.int64]
    times_s: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    when: NDArray[np.int64]


class _Table:
    """Readings as plain Python numbers: reading single ones out of numpy arrays takes ten times as long."""

    def __init__(self, readings: Readings) -> None:
        self.times_s: list[int] = readings.times_s.tolist()
        self.distance_m: list[float] = readings.distance_m.round(3).tolist()
        self.temperature_c: list[float] = readings.temperature_c.tolist()
        self.battery_v: list[float] = readings.battery_v.tolist()
        self.battery_level: list[float] = readings.battery_level.round(2).tolist()
        self.tilt_deg: list[float] = readings.tilt_deg.tolist()
        self.tilted: list[int] = (readings.tilt_deg > TILTED_DEG).astype(int).tolist()


class _Sender:
    """One sensor's way of writing its messages."""

    def __init__(self, town: Town, sensor: TownSensor) -> None:
        self.sensor = sensor
        self.model: Model = MODELS[sensor.model]
        self.position = town.containers[sensor.container_id - 1].position
        self._clock_s = _YEAR_S if sensor.fault is Fault.CLOCK_AHEAD else 0
        if sensor.source is Source.NATIVE:
            self.topic = envelopes.native_topic(town.municipality.code, sensor.device_id)
        elif sensor.source is Source.THINGS_STACK:
            self.topic = envelopes.things_stack_topic(sensor.device_id)
        else:
            self.topic = envelopes.chirpstack_topic(sensor.device_id)

    def write(self, table: _Table, begin: int, count: int, frame: int, identity: int) -> bytes:
        """The payload of the message with the readings ``begin`` to ``begin + count`` of the table."""
        session, counter = divmod(frame, FRAMES_A_SESSION)
        if self.sensor.source is Source.NATIVE:
            fields = [self._fields(table, i) for i in range(begin, begin + count)]
            model = self.model.name if self.sensor.upload_every_s else None
            payload = envelopes.native(fields, counter=counter, model=model)
            if self.sensor.fault is Fault.MALFORMED and identity % 1000 < 1000 * CUT_OFF_SHARE:
                return payload[: len(payload) * 2 // 3]
            return payload
        measurement = Measurement(
            table.distance_m[begin],
            table.temperature_c[begin],
            table.battery_v[begin],
            table.battery_level[begin],
            table.tilt_deg[begin],
            counter,
        )
        heard = envelopes.Frame(
            self.sensor.device_id,
            self.model,
            self.position,
            # A frame of 50 bytes is a second on its way from the measurement through the air.
            table.times_s[begin] + 1,
            counter,
            session,
            self.model.encode(measurement, self.sensor.device_id),
            identity,
        )
        write = envelopes.things_stack if self.sensor.source is Source.THINGS_STACK else envelopes.chirpstack
        return write(heard)

    def _fields(self, table: _Table, i: int) -> str:
        text = f'"phenomenonTime":"{envelopes.second(table.times_s[i] + self._clock_s)}Z"'
        for name in self.model.native_properties:
            text += f',"{name}":{_VALUES[name](table)[i]:g}'
        return text


_VALUES = {
    "distance": lambda table: table.distance_m,
    "temperature": lambda table: table.temperature_c,
    "batteryVoltage": lambda table: table.battery_v,
    "batteryLevel": lambda table: table.battery_level,
    "tilt": lambda table: table.tilt_deg,
    "tilted": lambda table: table.tilted,
}
