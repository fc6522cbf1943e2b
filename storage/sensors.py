"""Sensors, the containers that they hang in and since when, and their datastreams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.observations import WantedDatastream
from domain.sensors import Binding, Device, Sensor
from storage.containers import geometry_of
from storage.database import Connection
from storage.errors import Conflict
from storage.rows import fetch_all, fetch_new, fetch_one, fetch_value


@dataclass(frozen=True, slots=True)
class NewSensor:
    """A sensor to register, bound to a container or a site at once where ``bound_from`` is given.

    ``observed_properties`` gives each observed property that it measures its unit (UCUM); one datastream each.
    """

    device_id: str
    model: str
    container_id: int | None = None
    bound_from: datetime | None = None
    observed_properties: Mapping[str, str] | None = None
    site_id: int | None = None


def register(connection: Connection, *, municipality_id: int, device_id: str, model: str) -> Sensor:
    """Store a sensor, bound to nothing yet; a device that is registered already, here or elsewhere, is a Conflict."""
    query = """
        INSERT INTO sensor (municipality_id, device_id, model) VALUES (%s, %s, %s)
        RETURNING id, municipality_id, device_id, model"""
    return fetch_new(connection, Sensor, query, [municipality_id, device_id, model])


def register_many(connection: Connection, *, municipality_id: int, sensors: Sequence[NewSensor]) -> list[Sensor]:
    """Register many sensors at once, and bind those that say where to; they come back in the same order."""
    query = """
        INSERT INTO sensor (municipality_id, device_id, model)
        SELECT %s, device_id, model FROM jsonb_to_recordset(%s) AS new (device_id text, model text)
        RETURNING id, municipality_id, device_id, model"""
    new = Jsonb([{"device_id": sensor.device_id, "model": sensor.model} for sensor in sensors])
    by_device = {sensor.device_id: sensor for sensor in fetch_all(connection, Sensor, query, [municipality_id, new])}
    bindings = [
        {
            "sensor_id": by_device[sensor.device_id].id,
            "container_id": sensor.container_id,
            "site_id": sensor.site_id,
            "bound_from": sensor.bound_from.isoformat(),
        }
        for sensor in sensors
        if sensor.bound_from is not None
    ]
    connection.execute(
        """
        INSERT INTO binding (municipality_id, sensor_id, container_id, site_id, bound_from)
        SELECT %s, sensor_id, container_id, site_id, bound_from
        FROM jsonb_to_recordset(%s)
            AS new (sensor_id bigint, container_id bigint, site_id bigint, bound_from timestamptz)""",
        [municipality_id, Jsonb(bindings)],
    )
    datastreams = [
        {
            "sensor_id": by_device[sensor.device_id].id,
            "container_id": sensor.container_id,
            "site_id": sensor.site_id,
            "observed_property": observed_property,
            "unit": unit,
        }
        for sensor in sensors
        if sensor.bound_from is not None
        for observed_property, unit in (sensor.observed_properties or {}).items()
    ]
    _create_datastreams(connection, municipality_id, datastreams)
    return [by_device[sensor.device_id] for sensor in sensors]


def get(connection: Connection, device_id: str) -> Sensor:
    """The sensor of this device, of whatever municipality.

    Raises
    ------
    NotFound
        When the device is not registered.
    """
    query = "SELECT id, municipality_id, device_id, model FROM sensor WHERE device_id = %s"
    found = fetch_one(connection, Sensor, query, [device_id])
    if found is None:
        raise NotFound(f"there is no sensor {device_id!r}")
    return found


def bind(
    connection: Connection,
    *,
    sensor_id: int,
    container_id: int | None = None,
    site_id: int | None = None,
    bound_from: datetime,
    observed_properties: Mapping[str, str],
) -> Binding:
    """Hang a sensor in a container of its municipality, or at a site; where it hung until then ends at that moment.

    With neither it belongs to its municipality only.

    Readings from before ``bound_from`` belong to the earlier binding, or to none. Each observed property, given with
    its unit, gets a datastream; a sensor that returns to a container continues the one it had there. Binding anew as
    it is already bound changes nothing.

    Raises
    ------
    NotFound
        When there is no such sensor.
    Conflict
        When the sensor was bound anywhere at or after ``bound_from``.
    InvalidInput
        At the end of the transaction block, when the container is not one of the sensor's municipality.
    """
    # The lock orders two bindings of one sensor at the same time.
    municipality_id = fetch_value(
        connection, "SELECT municipality_id FROM sensor WHERE id = %s FOR UPDATE", [sensor_id]
    )
    if municipality_id is None:
        raise NotFound(f"there is no sensor with number {sensor_id}")
    newest = connection.execute(
        "SELECT container_id, site_id, bound_from FROM binding WHERE sensor_id = %s ORDER BY bound_from DESC LIMIT 1",
        [sensor_id],
    ).fetchone()
    if newest is not None and newest[2] >= bound_from:
        if newest != (container_id, site_id, bound_from):
            place = f"in container {newest[0]}" if newest[0] is not None else f"at site {newest[1]}"
            raise Conflict(
                f"the sensor hangs {place} since {newest[2].isoformat()} already",
                remedy="bind it from a later moment on",
            )
    else:
        connection.execute(
            "UPDATE binding SET bound_until = %s WHERE sensor_id = %s AND bound_until IS NULL", [bound_from, sensor_id]
        )
        connection.execute(
            """
            INSERT INTO binding (municipality_id, sensor_id, container_id, site_id, bound_from)
            VALUES (%s, %s, %s, %s, %s)""",
            [municipality_id, sensor_id, container_id, site_id, bound_from],
        )
    place = {"sensor_id": sensor_id, "container_id": container_id, "site_id": site_id}
    new = [{**place, "observed_property": name, "unit": unit} for name, unit in observed_properties.items()]
    _create_datastreams(connection, municipality_id, new)
    return next(
        binding
        for binding in reversed(_devices(connection, [sensor_id])[0].bindings)
        if binding.bound_from == bound_from
    )


def devices(connection: Connection) -> list[Device]:
    """Every sensor of every municipality with all its bindings, by device id: what ingest needs to know."""
    return _devices(connection, None)


def devices_version(connection: Connection) -> int:
    """A number that grows whenever :func:`devices` would answer something new; cheap to ask for."""
    return fetch_value(connection, "SELECT version FROM devices_version")


def add_datastreams(connection: Connection, wanted: Sequence[WantedDatastream]) -> list[Device]:
    """Make datastreams that readings need, unless they are there by now; the sensors as they are then."""
    new = [
        {
            "sensor_id": each.sensor_id,
            "container_id": each.container_id,
            "site_id": each.site_id,
            "observed_property": each.observed_property,
            "unit": each.unit,
        }
        for each in wanted
    ]
    connection.execute(
        """
        INSERT INTO datastream (municipality_id, sensor_id, container_id, site_id, observed_property, unit)
        SELECT DISTINCT sensor.municipality_id, new.*
        FROM jsonb_to_recordset(%s) AS new (
            sensor_id bigint, container_id bigint, site_id bigint, observed_property text, unit text)
        JOIN sensor ON sensor.id = new.sensor_id
        ORDER BY new.sensor_id, new.observed_property
        ON CONFLICT DO NOTHING""",
        [Jsonb(new)],
    )
    return _devices(connection, sorted({each.sensor_id for each in wanted}))


def _create_datastreams(
    connection: Connection, municipality_id: int, datastreams: Sequence[Mapping[str, int | str | None]]
) -> None:
    connection.execute(
        """
        INSERT INTO datastream (municipality_id, sensor_id, container_id, site_id, observed_property, unit)
        SELECT %s, sensor_id, container_id, site_id, observed_property, unit
        FROM jsonb_to_recordset(%s) AS new (
            sensor_id bigint, container_id bigint, site_id bigint, observed_property text, unit text)
        ON CONFLICT DO NOTHING""",
        [municipality_id, Jsonb(list(datastreams))],
    )


def _devices(connection: Connection, sensor_ids: Sequence[int] | None) -> list[Device]:
    chosen = {"sensor_ids": None if sensor_ids is None else list(sensor_ids)}
    sensors = [
        Sensor(sensor_id, municipality_id, device_id, intern(model))
        for sensor_id, municipality_id, device_id, model in connection.execute(
            """
            SELECT id, municipality_id, device_id, model FROM sensor
            WHERE %(sensor_ids)s::bigint[] IS NULL OR id = ANY (%(sensor_ids)s) ORDER BY device_id""",
            chosen,
        )
    ]
    streams: dict[tuple[int, int | None, int | None], dict[str, int]] = {}
    for sensor_id, container_id, site_id, observed_properties, ids in connection.execute(
        """
        SELECT sensor_id, container_id, site_id, array_agg(observed_property), array_agg(id) FROM datastream
        WHERE %(sensor_ids)s::bigint[] IS NULL OR sensor_id = ANY (%(sensor_ids)s)
        GROUP BY sensor_id, container_id, site_id""",
        chosen,
    ):
        # Few different names: one object of each is enough for all sensors.
        streams[sensor_id, container_id, site_id] = dict(zip(map(intern, observed_properties), ids, strict=True))
    bindings: defaultdict[int, list[Binding]] = defaultdict(list)
    for sensor_id, container_id, site_id, bound_from, bound_until, empty_m, full_m, bottom_share in connection.execute(
        """
        SELECT
            binding.sensor_id, binding.container_id, binding.site_id, binding.bound_from, binding.bound_until,
            container.empty_distance_m, container.full_distance_m, container.bottom_share
        FROM binding LEFT JOIN container ON container.id = binding.container_id
        WHERE %(sensor_ids)s::bigint[] IS NULL OR binding.sensor_id = ANY (%(sensor_ids)s)
        ORDER BY binding.sensor_id, binding.bound_from""",
        chosen,
    ):
        geometry = geometry_of(empty_m, full_m, bottom_share)
        datastreams = streams.get((sensor_id, container_id, site_id), {})
        bindings[sensor_id].append(Binding(container_id, bound_from, bound_until, geometry, datastreams, site_id))
    return [Device(sensor, tuple(bindings[sensor.id])) for sensor in sensors]
