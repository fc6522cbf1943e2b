"""How far sensors can be trusted, and what has been learned of a town, from one night to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from domain.health import HealthState, SensorHealth
from storage.database import Connection
from storage.rows import fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class FillModel:
    """What was learned of a town's filling: from its whole history at ``learned_at``, added to until ``known_at``."""

    learned_at: datetime
    known_at: datetime
    model: bytes


@dataclass(frozen=True, slots=True)
class ContainerChange:
    """Until ``changed_at`` the container had this capacity and stood at this site."""

    container_id: int
    changed_at: datetime
    capacity_l: int
    site_id: int


def put_health(
    connection: Connection, *, municipality_id: int, judged_at: datetime, states: Sequence[HealthState]
) -> None:
    """Keep the newest judgement of these sensors; an older one than is stored changes nothing."""
    rows = [
        {
            "sensor_id": state.sensor_id,
            "container_id": state.container_id,
            "health": state.health.value,
            "since": state.since.isoformat(),
            "reason": state.reason,
            "trust": state.trust,
        }
        for state in states
    ]
    connection.execute(
        """
        INSERT INTO sensor_health AS kept (
            sensor_id, municipality_id, container_id, health, since, reason, trust, judged_at)
        SELECT sensor_id, %s, container_id, health, since, reason, trust, %s
        FROM jsonb_to_recordset(%s) AS new (
            sensor_id bigint, container_id bigint, health text, since timestamptz, reason text,
            trust double precision)
        ON CONFLICT (sensor_id) DO UPDATE SET
            container_id = excluded.container_id, health = excluded.health, since = excluded.since,
            reason = excluded.reason, trust = excluded.trust, judged_at = excluded.judged_at
        WHERE excluded.judged_at >= kept.judged_at""",
        [municipality_id, judged_at, Jsonb(rows)],
    )


def health_of_sensors(
    connection: Connection, *, municipality_id: int, sensor_ids: Sequence[int] | None = None
) -> dict[int, HealthState]:
    """The newest judgement by sensor id, of all sensors or some; those never judged are left out."""
    query = """
        SELECT sensor_id, container_id, health, since, reason, trust FROM sensor_health
        WHERE municipality_id = %(municipality_id)s
            AND (%(sensor_ids)s::bigint[] IS NULL OR sensor_id = ANY (%(sensor_ids)s))"""
    chosen = None if sensor_ids is None else list(sensor_ids)
    found = fetch_all(connection, _state, query, {"municipality_id": municipality_id, "sensor_ids": chosen})
    return {state.sensor_id: state for state in found}


def health_of_containers(
    connection: Connection, *, municipality_id: int, container_id: int | None = None
) -> dict[int, HealthState]:
    """The newest judgement of a sensor that hangs in each container now, by container id; of all or of one."""
    query = """
        SELECT DISTINCT ON (state.container_id)
            state.sensor_id, state.container_id, state.health, state.since, state.reason, state.trust
        FROM sensor_health AS state
        JOIN binding ON binding.sensor_id = state.sensor_id AND binding.container_id = state.container_id
            AND binding.bound_until IS NULL
        WHERE state.municipality_id = %(municipality_id)s
            AND (%(container_id)s::bigint IS NULL OR state.container_id = %(container_id)s)
        ORDER BY state.container_id, state.judged_at DESC, state.sensor_id DESC"""
    parameters = {"municipality_id": municipality_id, "container_id": container_id}
    return {state.container_id: state for state in fetch_all(connection, _state, query, parameters)}


def put_model(connection: Connection, *, municipality_id: int, model: FillModel) -> None:
    """Keep what was learned, unless something newer is kept already."""
    connection.execute(
        """
        INSERT INTO fill_model AS kept (municipality_id, learned_at, known_at, model) VALUES (%s, %s, %s, %s)
        ON CONFLICT (municipality_id) DO UPDATE SET
            learned_at = excluded.learned_at, known_at = excluded.known_at, model = excluded.model
        WHERE excluded.known_at >= kept.known_at""",
        [municipality_id, model.learned_at, model.known_at, model.model],
    )


def get_model(connection: Connection, municipality_id: int) -> FillModel | None:
    """What was learned; None before the first night."""
    query = "SELECT learned_at, known_at, model FROM fill_model WHERE municipality_id = %s"
    return fetch_one(connection, FillModel, query, [municipality_id])


def container_changes(
    connection: Connection, *, municipality_id: int, since: datetime
) -> dict[int, list[ContainerChange]]:
    """The changes of capacity and place since a moment, by container id, oldest first."""
    query = """
        SELECT container_change.container_id, changed_at, container_change.capacity_l, container_change.site_id
        FROM container_change JOIN container ON container.id = container_change.container_id
        WHERE container.municipality_id = %s AND changed_at >= %s
        ORDER BY container_change.container_id, changed_at"""
    found: defaultdict[int, list[ContainerChange]] = defaultdict(list)
    for change in fetch_all(connection, ContainerChange, query, [municipality_id, since]):
        found[change.container_id].append(change)
    return dict(found)


def _state(
    *, sensor_id: int, container_id: int, health: str, since: datetime, reason: str, trust: float | None
) -> HealthState:
    return HealthState(sensor_id, container_id, SensorHealth(health), since, reason, trust)
