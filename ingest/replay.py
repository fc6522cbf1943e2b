"""Messages of devices that nobody knew, read again once somebody claims the device."""

from __future__ import annotations

from datetime import datetime

from ingest.batch import read_all
from ingest.reader import Devices
from ingest.registry import load
from ingest.sensors import get
from storage import sensors, unclaimed
from storage.database import Connection
from storage.observations import Stored


def claim(
    connection: Connection,
    *,
    device_id: str,
    model: str,
    container_id: int | None = None,
    site_id: int | None = None,
    municipality_id: int,
    bound_from: datetime,
) -> Stored:
    """Register a device, bind it to a container or a site, and store what its kept messages say.

    All in the caller's transaction: the device is claimed with its history or not at all.

    Parameters
    ----------
    bound_from
        Since when it hangs in the container; what it measured earlier belongs to no container and is set aside.

    Raises
    ------
    InvalidInput
        When no profile has that model.
    Conflict
        When the device is registered already.
    NotFound
        When the container is none of the municipality.
    """
    profile = get(model)
    sensor = sensors.register(connection, municipality_id=municipality_id, device_id=device_id, model=model)
    sensors.bind(
        connection,
        sensor_id=sensor.id,
        container_id=container_id,
        site_id=site_id,
        bound_from=bound_from,
        observed_properties=profile.units,
    )
    return reprocess(connection, device_id=device_id, devices=load(connection))


def reprocess(connection: Connection, *, device_id: str, devices: Devices) -> Stored:
    """Read the kept messages of one device again, and store what comes of them instead."""
    return read_all(connection, unclaimed.take(connection, device_id), devices).store(connection, again=True)
