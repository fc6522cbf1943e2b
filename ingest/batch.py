"""Many messages read at once: what they came to, and how it is stored together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.observations import Observation
from domain.sensors import Rejection, UnclaimedMessage
from domain.uplinks import ReceivedUplink
from ingest.interpret import Interpreted
from ingest.reader import Changed, Devices, read
from storage import observations, sensors, uplinks
from storage.database import Connection
from storage.observations import Stored


class Message(Protocol):
    """Anything that arrived on a topic."""

    @property
    def topic(self) -> str:
        """The MQTT topic."""
        ...

    @property
    def payload(self) -> bytes:
        """What it holds."""
        ...

    @property
    def received_at(self) -> datetime:
        """When it was received."""
        ...


class Batch:
    """What the messages of one batch came to."""

    def __init__(self, each: Sequence[Interpreted] = ()) -> None:
        self.observations: list[Observation] = []
        self.rejections: list[Rejection] = []
        self.unclaimed: list[UnclaimedMessage] = []
        self.uplinks: list[ReceivedUplink] = []
        for interpreted in each:
            self.observations.extend(interpreted.observations)
            self.uplinks.extend(interpreted.uplinks)
            if interpreted.rejections:
                self.rejections.extend(interpreted.rejections)
            if interpreted.unclaimed:
                self.unclaimed.extend(interpreted.unclaimed)

    def store(self, connection: Connection, *, again: bool = False) -> Stored:
        """Hand everything to the database; ``again`` when the messages were received earlier and kept."""
        return observations.store(
            connection,
            observations=self.observations,
            rejections=self.rejections,
            unclaimed=self.unclaimed,
            uplinks=self.uplinks,
            again=again,
        )


def read_each(connection: Connection, messages: Sequence[Message], devices: Devices) -> list[Interpreted]:
    """What each message came to, in their order.

    A message that tells no time itself takes that of its first receipt, so that it stays one reading when the broker
    delivers it again: the ledger is asked, in this transaction, whether it came before.
    """
    interpreted = [read(each.topic, each.payload, each.received_at, devices) for each in messages]
    devices = _with_wanted(connection, messages, devices, interpreted)
    untimed = [
        (number, uplink) for number, each in enumerate(interpreted) for uplink in each.uplinks if not uplink.timed
    ]
    if not untimed:
        return interpreted
    first = uplinks.first_receipts(connection, [uplink for _, uplink in untimed])
    for number, uplink in untimed:
        received_at = first.setdefault((uplink.sensor_id, uplink.message), uplink.received_at)
        if received_at != uplink.received_at:
            message = messages[number]
            interpreted[number] = read(message.topic, message.payload, received_at, devices)
    return interpreted


def _with_wanted(
    connection: Connection, messages: Sequence[Message], devices: Devices, interpreted: list[Interpreted]
) -> Devices:
    """Make the datastreams that messages want, read those messages again, and give the devices as they are now."""
    wanting = [number for number, each in enumerate(interpreted) if each.wanted]
    if not wanting:
        return devices
    changed = sensors.add_datastreams(connection, [want for number in wanting for want in interpreted[number].wanted])
    devices = Changed(devices, {device.sensor.device_id: device for device in changed})
    for number in wanting:
        message = messages[number]
        interpreted[number] = read(message.topic, message.payload, message.received_at, devices)
    return devices


def read_all(connection: Connection, messages: Sequence[Message], devices: Devices) -> Batch:
    """As :func:`read_each`, all together."""
    return Batch(read_each(connection, messages, devices))
