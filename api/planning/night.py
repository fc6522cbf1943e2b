"""What the readings are worth and what they foretell, once a night, and what is kept of it for the next."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import numpy as np

from api.planning.country import country_of
from api.planning.days import time_zone
from api.planning.inputs import Inputs
from domain.errors import InvalidInput
from domain.health import HealthState
from routing.forecast import Outlook, Place, outlook
from routing.forecast.history import FillHistory, table_of
from routing.forecast.learning import calibrate
from routing.forecast.many import FRACTIONS
from routing.forecast.state import Learned, from_bytes, to_bytes
from routing.trust.emptyings import reconcile
from routing.trust.health import health
from routing.trust.score import sensor_trust
from storage import trust
from storage.database import Database
from storage.trust import FillModel

_log = logging.getLogger(__name__)


def look(inputs: Inputs, *, known_at: datetime) -> Outlook:
    """Judge and forecast every container; what earlier nights learned is used, or else everything learned anew."""
    fractions = {container.id: container.fraction for container in inputs.containers}
    place = Place(time_zone(inputs.municipality.time_zone), country_of(inputs.municipality.time_zone))
    learned = _read(inputs)
    calibration = None
    if learned is None:
        ids = list(fractions)
        table = table_of([inputs.histories.get(each, FillHistory()) for each in ids])
        groups = np.array([FRACTIONS.index(fractions[each]) for each in ids], dtype=np.int64)
        calibration = calibrate(table.between(-np.inf, known_at.timestamp()), groups, place=place)
    return outlook(
        inputs.histories,
        fractions=fractions,
        at_s=known_at.timestamp(),
        place=place,
        positions={container.id: container.position for container in inputs.containers},
        learned=learned,
        calibration=calibration,
    )


def _read(inputs: Inputs) -> Learned | None:
    if inputs.fill_model is None:
        return None
    try:
        return from_bytes(inputs.fill_model.model)
    except InvalidInput as error:
        # The histories at hand are short then; tomorrow's reach back far enough again.
        _log.warning("%s", error)
        return None


def remember(database: Database, inputs: Inputs, seen: Outlook, *, known_at: datetime) -> None:
    """Keep the health of every sensor and what was learned."""
    states = health_states(inputs, seen, known_at=known_at)
    model = FillModel(
        learned_at=datetime.fromtimestamp(seen.learned.learned_s, UTC), known_at=known_at, model=to_bytes(seen.learned)
    )
    with database.transaction() as connection:
        trust.put_health(connection, municipality_id=inputs.municipality.id, judged_at=known_at, states=states)
        trust.put_model(connection, municipality_id=inputs.municipality.id, model=model)


def health_states(inputs: Inputs, seen: Outlook, *, known_at: datetime) -> list[HealthState]:
    """The health of the sensor that each container's newest reading came from."""
    judged = seen.judged
    readings = judged.readings
    good = judged.good
    laid = reconcile(
        judged.seen,
        report_rows=readings.sighting_rows,
        reports_s=readings.sightings_s,
        reading_rows=readings.rows()[good],
        reading_times_s=readings.times_s[good],
        reading_levels=judged.cleaned[good],
    )
    findings = health(judged, at_s=known_at.timestamp(), reconciled=laid)
    scores = sensor_trust(judged)
    ends = readings.starts[1:]
    states: list[HealthState] = []
    for c, (container_id, finding) in enumerate(zip(seen.ids.tolist(), findings, strict=True)):
        if ends[c] == readings.starts[c]:
            continue
        since = known_at - timedelta(0) if np.isnan(finding.since_s) else datetime.fromtimestamp(finding.since_s, UTC)
        states.append(
            HealthState(
                sensor_id=int(readings.sources[ends[c] - 1]),
                container_id=container_id,
                health=finding.health,
                since=since,
                reason=finding.reason,
                trust=None if np.isnan(scores[c]) else float(scores[c]),
            )
        )
    # A sensor that moved may be the newest in two containers: the later reading counts.
    newest: dict[int, HealthState] = {}
    last_s = {state.container_id: 0.0 for state in states}
    for c, container_id in enumerate(seen.ids.tolist()):
        if container_id in last_s:
            last_s[container_id] = float(readings.times_s[ends[c] - 1])
    for state in sorted(states, key=lambda each: last_s[each.container_id]):
        newest[state.sensor_id] = state
    return list(newest.values())
