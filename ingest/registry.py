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
    """All devices by their id, and the codes of their municipalities, at one moment."""

    devices: Mapping[str, Device] = field(default_factory=dict[str, Device])
    codes: Mapping[int, str] = field(default_factory=dict[int, str])

    def device(self, device_id: str) -> Device | None:
        """The registered sensor of that id, or None."""
        return self.devices.get(device_id)

    def municipality_code(self, municipality_id: int) -> str | None:
        """The short name of a municipality as topics have it, or None when it is not known."""
        return self.codes.get(municipality_id)


def load(connection: Connection) -> Registered:
    """Everybody who is registered now."""
    return Registered(
        devices={device.sensor.device_id: device for device in sensors.devices(connection)},
        codes={municipality.id: municipality.code for municipality in municipalities.list_all(connection)},
    )


class Registry:
    """The newest :class:`Registered` that was seen, and when it was looked for."""

    def __init__(self) -> None:
        self.registered = Registered()
        self._version: int | None = None
        self._checked_at = float("-inf")

    def is_due(self) -> bool:
        """Whether the last look at the version is long enough ago for another."""
        return time.monotonic() - self._checked_at >= CHECK_EVERY_S

    def refresh(self, connection: Connection) -> bool:
        """Look at the version, and load anew when it is another; True when it was."""
        version = sensors.devices_version(connection)
        self._checked_at = time.monotonic()
        if version == self._version:
            return False
        # The version goes before the load: a change in between is seen as one at the next look.
        self.registered = load(connection)
        self._version = version
        return True

    def forget(self) -> None:
        """Load anew at the next look: what was loaded may come from a transaction that did not end well."""
        self._version = None
        self._checked_at = float("-inf")
