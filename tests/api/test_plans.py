from __future__ import annotations

import dataclasses
from datetime import timedelta

from httpx import Client

from storage import plans
from storage.database import Database
from tests.api.town_with_plan import TownWithPlan


def test_the_plan_of_a_date_in_figures(client: Client, town: TownWithPlan) -> None:
    (plan,) = client.get("/v1/plans?date=2026-01-05").json()["plans"]
    assert plan["id"] == town.plan_id
    assert plan["status"] == "proposed"
    assert (plan["stops"], plan["skipped"], plan["routes"], plan["containers"]) == (1, 1, 1, 2)
    assert (plan["distanceM"], plan["durationS"]) == (2000, 3600)
    assert plan["fixedSchedule"] == {"stops": 2, "routes": 1, "distanceM": 3000, "durationS": 5000}
    reasons = {(each["reason"], each["visited"]): each["label"] for each in plan["reasons"]}
    assert reasons["no_round", False] == "no round for this waste that day"
    assert plan["createdAt"] == "2026-01-04T20:00:00Z"


def test_plans_of_no_and_of_all_dates(client: Client, town: TownWithPlan) -> None:
    assert client.get("/v1/plans?date=2026-01-06").json() == {"plans": []}
    assert [each["id"] for each in client.get("/v1/plans").json()["plans"]] == [town.plan_id]
    assert client.get(f"/v1/plans/{town.plan_id}").json()["date"] == "2026-01-05"
    assert client.get("/v1/plans/999999").status_code == 404


def test_a_decision_for_every_container(client: Client, town: TownWithPlan) -> None:
    decisions = client.get(f"/v1/plans/{town.plan_id}/decisions?lang=nl").json()["decisions"]
    assert {each["containerId"] for each in decisions} == {town.glass.id, town.paper.id}
    assert {each["explanation"] for each in decisions} == {"omdat hij kan overlopen"}


def test_the_routes_of_a_plan(client: Client, town: TownWithPlan) -> None:
    (route,) = client.get(f"/v1/plans/{town.plan_id}/routes").json()["routes"]
    assert route["id"] == town.route_id
    assert route["vehicle"]["name"] == "Truck 1"
    assert (route["stops"], route["disposals"]) == (1, 1)
    assert route["geometry"]["coordinates"][0] == [24.94, 60.17]


def test_an_operator_approves_and_thinks_again(client: Client, town: TownWithPlan) -> None:
    for status in ("approved", "approved", "rejected", "proposed"):
        response = client.put(f"/v1/plans/{town.plan_id}/status", json={"status": status})
        assert (response.status_code, response.json()) == (200, {"status": status})
        assert client.get(f"/v1/plans/{town.plan_id}").json()["status"] == status
        assert client.get(f"/v1/routes/{town.route_id}").json()["planStatus"] == status


def test_other_words_and_other_plans_are_refused(client: Client, town: TownWithPlan) -> None:
    wrong = client.put(f"/v1/plans/{town.plan_id}/status", json={"status": "fine"})
    assert wrong.status_code == 400
    assert "'proposed', 'approved' or 'rejected'" in wrong.json()["detail"]
    assert client.put("/v1/plans/999999/status", json={"status": "approved"}).status_code == 404


def test_a_superseded_plan_cannot_be_approved(client: Client, database: Database, town: TownWithPlan) -> None:
    newer = dataclasses.replace(town.plan, id=None, created_at=town.plan.created_at + timedelta(hours=1))
    with database.transaction() as connection:
        plans.save(connection, newer)
    response = client.put(f"/v1/plans/{town.plan_id}/status", json={"status": "approved"})
    assert response.status_code == 409
    assert "was replaced by a newer one" in response.json()["detail"]
    assert client.get(f"/v1/routes/{town.route_id}").json()["planSuperseded"] is True


def test_planning_without_streets_is_refused_at_once(client: Client) -> None:
    response = client.post("/v1/plans", json={"date": "2026-11-25"})
    assert response.status_code in (400, 404)
    assert "road" in response.json()["detail"] or "street" in response.json()["detail"]
    assert client.post("/v1/plans", json={"date": "tomorrow"}).status_code == 400
    assert client.get("/v1/planning-jobs/999999").status_code == 404
