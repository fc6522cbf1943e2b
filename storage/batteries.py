"""Battery voltages of a few moments, and what was judged of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from storage.database import Connection
from storage.rows import fetch_all


@dataclass(frozen=True, slots=True)
class BatteryState:
    """A sensor's battery: volts at 10 degrees Celsius now and at first, and whether it is near its end."""

    sensor_id: int
    voltage_v: float
    first_v: float
    low: bool


@dataclass(frozen=True, slots=True, eq=False)
class Voltages:
    """Volts of one sensor in the order of time, (n,), and degrees Celsius at the same moments, NaN where none."""

    volts: NDArray[np.float64]
    degrees: NDArray[np.float64]


def sampled_voltages(
    connection: Connection, *, municipality_id: int, since: datetime, until: datetime, every: timedelta
) -> dict[int, Voltages]:
    """By sensor id: the first voltage in each interval of the length ``every``, and the temperature beside it.

    Each is one step down an index, where all voltages would be as many rows as the fill levels themselves.
    """
    query = """
        SELECT
            battery.sensor_id,
            array_agg(sample.result ORDER BY sample.phenomenon_time) AS volts,
            array_agg(coalesce(warmth.result, 'NaN') ORDER BY sample.phenomenon_time) AS degrees
        FROM datastream AS battery
        CROSS JOIN generate_series(%(since)s, %(until)s - %(every)s::interval, %(every)s::interval) AS begins
        CROSS JOIN LATERAL (
            SELECT phenomenon_time, result FROM observation
            WHERE datastream_id = battery.id AND quality = 'good'
                AND phenomenon_time >= begins AND phenomenon_time < begins + %(every)s::interval
            ORDER BY phenomenon_time LIMIT 1
        ) AS sample
        LEFT JOIN datastream AS thermometer ON thermometer.sensor_id = battery.sensor_id
            AND thermometer.container_id = battery.container_id AND thermometer.observed_property = 'temperature'
        LEFT JOIN observation AS warmth ON warmth.datastream_id = thermometer.id
            AND warmth.phenomenon_time = sample.phenomenon_time AND warmth.quality = 'good'
            AND warmth.phenomenon_time >= %(since)s
        WHERE battery.municipality_id = %(municipality_id)s AND battery.observed_property = 'battery_voltage'
            AND battery.container_id IS NOT NULL
        GROUP BY battery.sensor_id"""
    parameters = {"municipality_id": municipality_id, "since": since, "until": until, "every": every}
    rows = connection.execute(query, parameters).fetchall()
    return {sensor_id: Voltages(np.array(volts), np.array(degrees)) for sensor_id, volts, degrees in rows}


def put(connection: Connection, *, municipality_id: int, judged_at: datetime, states: Sequence[BatteryState]) -> None:
    """Keep the newest judgement of these batteries; an older one than is stored changes nothing."""
    rows = [
        {"sensor_id": each.sensor_id, "voltage_v": each.voltage_v, "first_v": each.first_v, "low": each.low}
        for each in states
    ]
    connection.execute(
        """
        INSERT INTO sensor_battery AS kept (sensor_id, municipality_id, voltage_v, first_v, low, judged_at)
        SELECT sensor_id, %s, voltage_v, first_v, low, %s
        FROM jsonb_to_recordset(%s) AS new (
            sensor_id bigint, voltage_v double precision, first_v double precision, low boolean)
        ON CONFLICT (sensor_id) DO UPDATE SET
            voltage_v = excluded.voltage_v, first_v = excluded.first_v, low = excluded.low,
            judged_at = excluded.judged_at
        WHERE excluded.judged_at >= kept.judged_at""",
        [municipality_id, judged_at, Jsonb(rows)],
    )


def states_of(
    connection: Connection, *, municipality_id: int, sensor_ids: Sequence[int] | None = None
) -> Mapping[int, BatteryState]:
    """The newest judgement by sensor id, of all sensors or some; those never judged are left out."""
    query = """
        SELECT sensor_id, voltage_v, first_v, low FROM sensor_battery
        WHERE municipality_id = %(municipality_id)s
            AND (%(sensor_ids)s::bigint[] IS NULL OR sensor_id = ANY (%(sensor_ids)s))"""
    chosen = None if sensor_ids is None else list(sensor_ids)
    found = fetch_all(connection, BatteryState, query, {"municipality_id": municipality_id, "sensor_ids": chosen})
    return {each.sensor_id: each for each in found}
