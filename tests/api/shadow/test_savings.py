"""The saving of a period, as a resource and as a command."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from httpx import Client

from deploy.commands import report
from deploy.settings import read_settings
from domain.errors import InvalidInput
from storage.database import Database
from tests.api.planning_town import Town
from tests.api.shadow.compared_town import approve, plan_thursday


def test_the_resource(database: Database, town: Town, client: Client) -> None:
    nothing = client.get("/v1/savings").json()
    assert nothing["days"] == nothing["weeks"] == []
    assert nothing["summary"] == ["No day of this period was compared."]
    approve(database, plan_thursday(database))
    found = client.get("/v1/savings?firstDate=2026-11-16&lastDate=2026-11-22&centsPerKm=200&lang=nl").json()
    assert (found["firstDate"], found["lastDate"]) == ("2026-11-16", "2026-11-22")
    assert found["factors"]["centsPerKm"] == 200
    assert found["factors"]["centsPerHour"] == 9000
    (only,) = found["days"]
    assert only["date"] == "2026-11-19"
    assert only["halfvol"]["stops"] < only["fixedSchedule"]["stops"] == 16
    assert [each["reason"] for each in only["reasons"]] == ["not_over", "settling"]
    assert only["reasons"][0]["label"].startswith("nog niet voorbij")
    assert found["summary"] == ["1 dag is vergeleken en telt nog niet mee; hieronder staat waarom."]
    assert {each["measure"] for each in found["savings"]} >= {"distance_km", "duration_h", "co2_kg", "cost_eur"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("firstDate=2026-11-22&lastDate=2026-11-16", "before it begins on 2026-11-22"),
        ("centsPerKm=-1", "greater than or equal to 0"),
        ("carbonDioxideKgPerLitre=nan", "finite"),
        ("leastTrusted=50", "less than or equal to 1"),
        ("firstDate=yesterday", "date"),
    ],
)
def test_a_period_or_a_factor_that_is_none(client: Client, query: str, sentence: str) -> None:
    refused = client.get(f"/v1/savings?{query}")
    assert refused.status_code == 400
    assert sentence in refused.json()["detail"]


def test_the_command(database: Database, town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plan_thursday(database)

    def say(*arguments: str) -> str:
        parser = argparse.ArgumentParser()
        report.add_arguments(parser)
        settings = read_settings({"HALFVOL_DATABASE_URL": database.url, "HALFVOL_DATA_DIR": str(tmp_path)})
        report.run(parser.parse_args(arguments), settings)
        return capsys.readouterr().out

    period = ("--municipality", "helsinki", "--from", "2026-11-16", "--to", "2026-11-22")
    found = json.loads(say(*period, "--json", "--co2-kg-per-l", "0"))
    assert found["days"][0]["date"] == "2026-11-19"
    assert found["factors"]["carbonDioxideKgPerLitre"] == 0
    dutch = say(*period, "--language", "nl")
    assert "Besparing Helsinki" in dutch
    assert "do 19 nov" in dutch
    filled = say(*period, "--fill", "--json")
    assert [each["date"] for each in json.loads(filled)["days"]] == ["2026-11-16", "2026-11-19"]
    with pytest.raises(InvalidInput, match="give --from and --to"):
        say("--fill")
