"""What the readings are worth and what they foretell, once a night, and what is kept of it for the next."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from api.planning import judgements
from api.planning.country import country_of
from api.planning.inputs import Inputs
from domain.errors import InvalidInput
from domain.health import HealthState
from routing.days import time_zone
from routing.forecast import Outlook, Place, outlook
from routing.forecast.fractions import FRACTIONS
from routing.forecast.history import FillHistory
from routing.forecast.learning import calibrate
from routing.forecast.state import Learned, from_bytes, to_bytes
from storage import batteries, judged_emptyings, trust
from storage import judgements as stored_judgements
from storage.database import Database
from storage.trust import FillModel

_log = logging.getLogger(__name__)


def look(
    inputs: Inputs,
    *,
    known_at: datetime,
    since_s: Mapping[int, float] | None = None,
    rounds_s: Mapping[int, float] | None = None,
) -> Outlook:
    """Judge and forecast every container; what earlier nights learned is used, or else everything learned anew.

    ``since_s``: by container id, moments since when to add up the waste that came in (epoch seconds). ``rounds_s``: by
    container id, when the fixed schedule's last round came by that was driven.
    """
    fractions = {container.id: container.fraction for container in inputs.containers}
    place = Place(time_zone(inputs.municipality.time_zone), country_of(inputs.municipality.time_zone))
    learned = _read(inputs)
    calibration = None
    if learned is None:
        ids = list(fractions)
        groups = np.array([FRACTIONS.index(fractions[each]) for each in ids], dtype=np.int64)
        calibration = calibrate(
            [inputs.histories.get(each, FillHistory()) for each in ids], groups, place=place, at_s=known_at.timestamp()
        )
    return outlook(
        inputs.histories,
        fractions=fractions,
        at_s=known_at.timestamp(),
        place=place,
        positions={container.id: container.position for container in inputs.containers},
        learned=learned,
        calibration=calibration,
        batteries=judgements.batteries_of(inputs),
        corrections_from_s=judgements.rewritten_from(inputs, known_at).timestamp(),
        since_s=since_s,
        rounds_s=rounds_s,
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
    """Keep what was judged of readings, emptyings, sensors and batteries, and what was learned.

    A look at an earlier moment than that of the newest night changes nothing.
    """
    owner = inputs.municipality.id
    since = judgements.rewritten_from(inputs, known_at)
    model = FillModel(
        learned_at=datetime.fromtimestamp(seen.learned.learned_s, UTC), known_at=known_at, model=to_bytes(seen.learned)
    )
    changed = judgements.of_readings(inputs, seen, known_at=known_at)
    emptyings = judgements.of_emptyings(inputs, seen)
    with database.transaction() as connection:
        stored_judgements.begin(connection, owner)
        newest = trust.get_model(connection, owner)
        if newest is not None and newest.known_at > known_at:
            return
        stored_judgements.put(connection, changed, since=since)
        judged_emptyings.replace(connection, municipality_id=owner, since=since, emptyings=emptyings)
        batteries.put(connection, municipality_id=owner, judged_at=known_at, states=judgements.battery_states(inputs))
        states = health_states(seen, known_at=known_at)
        trust.put_health(connection, municipality_id=owner, judged_at=known_at, states=states)
        trust.put_model(connection, municipality_id=owner, model=model)


def health_states(seen: Outlook, *, known_at: datetime) -> list[HealthState]:
    """The health of the sensor that each container's newest reading came from."""
    newest: dict[int, HealthState] = {}
    # A sensor that moved may have told the newest reading of two containers: the later one counts.
    for c in np.argsort(np.nan_to_num(seen.heard_s, nan=-np.inf), kind="stable").tolist():
        if seen.sources[c] < 0:
            continue
        finding, score = seen.health[c], float(seen.trust[c])
        newest[int(seen.sources[c])] = HealthState(
            sensor_id=int(seen.sources[c]),
            container_id=int(seen.ids[c]),
            health=finding.health,
            since=known_at if np.isnan(finding.since_s) else datetime.fromtimestamp(finding.since_s, UTC),
            reason=finding.reason,
            trust=None if np.isnan(score) else score,
        )
    return list(newest.values())
