"""The whole chain with real servers: sensors, broker, ingest, database, forecast, plan, checker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.postgres import EmbeddedPostgres
from domain.plans import ReasonCode
from simulators.town import MUNICIPALITY_CODE
from storage import containers, municipalities, plans
from storage.database import Database
from tests.system.command import halfvol
from tests.system.ledger import ledger

pytestmark = pytest.mark.system

PROMISED = (
    "messages_sent",
    "observations_stored",
    "messages_rejected",
    "containers",
    "stops",
    "skipped",
    "routes",
    "distance_m",
    "fixed_schedule_distance_m",
    "plan_violations",
    "duration_s",
)

STOPS_BELOW_THE_THRESHOLD = {
    ReasonCode.OVERFLOW_RISK,
    ReasonCode.NO_TRUSTED_READING,
    ReasonCode.ON_THE_WAY,
    ReasonCode.COMING_DAYS_FULL,
}
SKIPS_IN_SPITE_OF_RISK = {
    ReasonCode.NO_CAPACITY,
    ReasonCode.NO_VEHICLE,
    ReasonCode.CHEAPER_LATER,
    ReasonCode.NOT_WORTH_DETOUR,
    ReasonCode.UNREACHABLE,
}


def demo(data_dir: Path, **settings: str) -> dict[str, Any]:
    """The summary of ``halfvol demo --once`` in a small town with a short history."""
    arguments = ("demo", "--once", "--json", "--containers", "40", "--days", "6")
    completed = halfvol(*arguments, data_dir=data_dir, PLAN_TIME_LIMIT_S="1", **settings)
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout)


def test_the_demo_on_the_embedded_servers(data_dir: Path) -> None:
    summary = demo(data_dir)
    assert set(PROMISED) <= set(summary)
    assert summary["containers"] == 40
    assert summary["stops"] + summary["skipped"] == 40
    assert summary["plan_violations"] == 0
    assert summary["routes"] >= 1
    assert summary["distance_m"] > 0
    assert summary["messages_rejected"] > 0, "the town has sensors that send what cannot be read"
    assert summary["messages_unclaimed"] > 0, "the town has a sensor that nobody registered"
    counted = ledger(data_dir)
    counted.assert_exactly_once()
    assert summary["observations_stored"] == len(counted.stored)

    again = demo(data_dir)
    assert again["messages_sent"] >= summary["messages_sent"]
    ledger(data_dir).assert_exactly_once()


@pytest.mark.parametrize("version", [3, 5])
def test_the_demo_on_mosquitto(data_dir: Path, mosquitto_url: str, version: int) -> None:
    url = f"{mosquitto_url}?version={version}"
    summary = demo(data_dir, MQTT_URL=url, MQTT_CLIENT_ID=f"halfvol-system-{version}")
    assert summary["plan_violations"] == 0
    ledger(data_dir).assert_exactly_once()


def test_every_decision_has_the_reason_that_it_needs(data_dir: Path) -> None:
    demo(data_dir)
    with (
        EmbeddedPostgres(data_dir / "postgres") as url,
        Database(url) as database,
        database.transaction() as connection,
    ):
        owner = municipalities.get(connection, MUNICIPALITY_CODE)
        (planned,) = plans.dates(connection, owner.id)
        plan = plans.latest(connection, municipality_id=owner.id, date=planned)
        known = {each.id: each for each in containers.list_for(connection, owner.id)}
    assert plan is not None
    assert {decision.container_id for decision in plan.decisions} == set(known)
    for decision in plan.decisions:
        assert all(decision.explanation[language] for language in ("en", "nl"))
        assert decision.fill_level is not None
        assert decision.overflow_risk is not None
        below_threshold = decision.fill_level < known[decision.container_id].fullness_threshold
        if decision.visited and below_threshold:
            assert decision.reason in STOPS_BELOW_THE_THRESHOLD
        if not decision.visited and decision.overflow_risk > 0.5:
            assert decision.reason in SKIPS_IN_SPITE_OF_RISK
    stops = [step.container_id for route in plan.routes for step in route.steps if step.container_id is not None]
    assert sorted(stops) == sorted(decision.container_id for decision in plan.decisions if decision.visited)
