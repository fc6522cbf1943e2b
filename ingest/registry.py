"""Who is registered, kept in memory while messages come in, and read again when something about it changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.sensors import Device
from storage import municipalities, sensors
from storage.database import Connection

CHECK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Registered:
    """All devices by their id, and the codes of their municipalities, at one moment; ``version`` tells which."""

    devices: Mapping[str, Device] = field(default_factory=dict[str, Device])
    codes: Mapping[int, str] = field(default_factory=dict[int, str])
    version: int | None = None

    def device(self, device_id: str) -> Device | None:
        """The registered sensor of that id, or None."""
        return self.devices.get(device_id)

    def municipality_code(self, municipality_id: int) -> str | None:
        """The short name of a municipality as topics have it, or None when it is not known."""
        return self.codes.get(municipality_id)


def load(connection: Connection) -> Registered:
    """Everybody who is registered now."""
    # The version goes before the load: a change in between is seen as one at the next look.
    version = sensors.devices_version(connection)
    return Registered(
        devices={device.sensor.device_id: device for device in sensors.devices(connection)},
        codes={municipality.id: municipality.code for municipality in municipalities.list_all(connection)},
        version=version,
    )


class Registry:
    """The newest :class:`Registered` that a committed transaction saw, and when it was looked for; for all threads."""

    def __init__(self) -> None:
        self.registered = Registered()
        self._checked_at = float("-inf")

    def is_due(self) -> bool:
        """Whether the last look at the version is long enough ago for another."""
        return time.monotonic() - self._checked_at >= CHECK_EVERY_S

    def look(self, connection: Connection, known: Registered) -> Registered:
        """Who is registered now: ``known`` itself, where nothing has changed since."""
        version = sensors.devices_version(connection)
        self._checked_at = time.monotonic()
        return known if version == known.version else load(connection)

    def keep(self, registered: Registered) -> None:
        """Let everybody use what a look gave, once its transaction is committed: it may have seen its own changes."""
        self.registered = registered
