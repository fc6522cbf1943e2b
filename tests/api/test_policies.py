from __future__ import annotations

import tomllib
from typing import Any

from httpx import Client, Response

from routing.decide.policy import Policy
from routing.decide.policy_file import read_policy, write_policy
from storage import policies
from storage.database import Database
from tests.api.client import serving_town
from tests.api.town_with_plan import TownWithPlan
from tests.storage import town as small_town

MINE = "[service]\noverflows_per_1000 = 2.0\n"


def put(client: Client, text: str, replaces: int, **more: Any) -> Response:
    return client.put("/v1/policy", json={"text": text, "replaces": replaces, **more})


def test_the_usual_policy_counts_until_one_is_set(client: Client) -> None:
    for language, word in (("en", "kilometres"), ("nl", "kilometers")):
        found = client.get("/v1/policy", headers={"Accept-Language": language}).json()
        assert (found["version"], found["savedAt"]) == (0, None)
        assert read_policy(found["text"].encode(), where="it") == Policy()
        assert word in found["text"]
    assert client.get("/v1/policy-versions").json() == {"versions": []}


def test_a_policy_is_replaced_and_earlier_ones_are_kept(client: Client, database: Database, town: TownWithPlan) -> None:
    first = put(client, MINE, 0, note="council decision", savedBy="Jo")
    assert first.status_code == 201
    assert first.json() == client.get("/v1/policy").json()
    second = put(client, "", 1)
    assert (second.status_code, second.json()["version"]) == (200, 2)
    versions = client.get("/v1/policy-versions").json()["versions"]
    assert [(each["version"], each["note"], each["savedBy"]) for each in versions] == [
        (2, "", ""),
        (1, "council decision", "Jo"),
    ]
    assert "text" not in versions[0]
    earlier = client.get("/v1/policy-versions/1").json()
    assert earlier["text"] == MINE
    assert put(client, earlier["text"], 2).json()["version"] == 3
    assert client.get("/v1/policy-versions/4").status_code == 404
    with database.transaction() as connection:
        stored = policies.get(connection, town.municipality.id)
    assert stored is not None
    assert stored.text == MINE


def test_nobody_overwrites_what_another_wrote(client: Client) -> None:
    put(client, MINE, 0)
    late = put(client, "", 0)
    assert late.status_code == 409
    assert "has become version 1" in late.json()["detail"]
    assert client.get("/v1/policy").json()["text"] == MINE


def test_every_setting_that_cannot_be_right_is_told(client: Client) -> None:
    text = write_policy(Policy()).replace("per_km_eur", "per_kilometre_eur").replace("look_ahead_days = 7", "")
    refused = put(client, text + "[intervals.gft]\nmost_days = 7\n", 0)
    assert refused.status_code == 400
    told = [each["detail"] for each in refused.json()["errors"]]
    assert len(told) == 2
    assert told[0].startswith("costs.per_kilometre_eur: there is no such setting")
    assert 'did you mean "organic"?' in told[1]
    assert put(client, "a =", 0).status_code == 400
    assert put(client, "# \0", 0).status_code == 400
    assert put(client, MINE, 0, note="\0").status_code == 400
    assert client.put("/v1/policy", json={"text": MINE}).status_code == 400
    assert client.get("/v1/policy").json()["version"] == 0


def test_what_the_trucks_cannot_follow_is_refused(client: Client) -> None:
    nobody_there = "[[areas]]\nname = 'Sea'\nring = [[3, 52], [4, 52], [4, 53]]\n"
    rule = "[[fixed_days]]\ndays = ['monday']\narea = 'Sea'\n"
    refused = put(client, nobody_there + rule, 0)
    assert refused.status_code == 400
    assert 'no container stands in "Sea"' in refused.json()["detail"]
    assert tomllib.loads(nobody_there + rule)  # well written, though


def test_each_municipality_has_its_own(client: Client, database: Database) -> None:
    put(client, MINE, 0)
    with database.transaction() as connection:
        small_town.build(connection, code="elsewhere")
    with serving_town(database, "elsewhere") as elsewhere:
        assert elsewhere.get("/v1/policy").json()["version"] == 0
        assert elsewhere.get("/v1/policy-versions/1").status_code == 404
