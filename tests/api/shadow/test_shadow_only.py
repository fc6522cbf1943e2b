"""Beside the fixed schedule: plans that nobody may drive, in a world of their own."""

from __future__ import annotations

import pytest
from httpx import Client

from domain.saving import World
from storage import policies
from storage.database import Database
from tests.api.planning_town import MONDAY, Town
from tests.api.shadow.compared_town import THURSDAY, day, levels, only_shadow, plan_monday, plan_thursday


def test_beside_the_schedule_halfvol_lives_on_its_own_plans(database: Database, town: Town, client: Client) -> None:
    only_shadow(database, town)
    first = plan_thursday(database)
    found = day(database, town, THURSDAY)
    assert found.driven is World.FIXED_SCHEDULE
    assert found.fixed_schedule is not None
    assert found.fixed_schedule.stops == 16
    visited = {decision.container_id for decision in first.decisions if decision.visited}
    assert visited
    emptied = {code for code, level in levels(database, town, World.HALFVOL).items() if level.emptied_here}
    assert emptied == {code for code, container in town.containers.items() if container.id in visited}

    second = plan_monday(database)
    fills = {decision.container_id: decision.fill_level for decision in second.decisions}
    for code, container in town.containers.items():
        level = fills[container.id]
        assert level is not None
        if container.id in visited:
            # Nobody emptied it in the street, where it stands full by now.
            assert level == pytest.approx(0.02 + 4 * 0.05, abs=0.12)
        elif town.bins[code].level is not None and code.startswith("GL-E"):
            assert level == pytest.approx(town.bins[code].level, abs=0.1)
    monday = day(database, town, MONDAY)
    assert monday.settled_share == pytest.approx(len(visited) / 16)


def test_a_shadow_plan_is_never_driven(database: Database, town: Town, client: Client) -> None:
    only_shadow(database, town)
    plan = plan_thursday(database)
    assert client.get(f"/v1/plans/{plan.id}").json()["shadow"]
    refused = client.put(f"/v1/plans/{plan.id}/status", json={"status": "approved"})
    assert refused.status_code == 409
    assert "runs beside the fixed schedule" in refused.json()["detail"]
    assert "shadow_only = false" in refused.json()["detail"]
    assert client.put(f"/v1/plans/{plan.id}/status", json={"status": "rejected"}).status_code == 200
    page = client.get(f"/routes/{plan.routes[0].id}")
    assert page.status_code == 409
    assert "not for driving" in page.text
    # It was made for a world that never was: driving it stays refused when the policy changes.
    with database.transaction() as connection:
        policies.put(
            connection,
            municipality_id=town.municipality.id,
            replaces=1,
            text="[planning]\nshadow_only = false\n",
            note="",
            saved_by="",
        )
    assert client.put(f"/v1/plans/{plan.id}/status", json={"status": "approved"}).status_code == 409
    anew = plan_thursday(database)
    assert client.put(f"/v1/plans/{anew.id}/status", json={"status": "approved"}).status_code == 200
    assert day(database, town, THURSDAY).driven is World.HALFVOL
