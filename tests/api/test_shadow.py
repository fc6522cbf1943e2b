"""Every night both worlds are worked out and kept: with Halfvol's plans driven, and beside the fixed schedule."""

from __future__ import annotations

import argparse
import datetime
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from httpx import Client

import api.planning.fixed_schedule
from api.planning import make_plan
from api.planning.fill_in import fill_in
from deploy.commands import report
from deploy.settings import read_settings
from domain.errors import InvalidInput
from domain.fleet import Emptying
from domain.plans import Plan, PlanStatus
from domain.saving import ComparedDay, Exclusion, OtherLevel, World
from routing.check import Violation
from routing.checks.rules import Rule
from routing.shadow.exclusions import exclusions
from storage import emptyings, plans, policies, shadow
from storage.database import Database
from tests.api.client import serving_town
from tests.api.planning_town import MONDAY, NOW, Bin, Town, write_town

THURSDAY = datetime.date(2026, 11, 19)
WEDNESDAY_EVENING = datetime.datetime(2026, 11, 18, 18, tzinfo=datetime.UTC)
LAST_HEARD = WEDNESDAY_EVENING - datetime.timedelta(hours=1)

# As full on Sunday as the town's readings say; on Wednesday, four days earlier, they were 0.2 emptier.
FULL = [Bin(f"GL-F{i}", 1.13 + 0.01 * i, last_reading_at=LAST_HEARD) for i in range(4)]
EMPTY = [Bin(f"GL-E{i}", 0.28 + 0.01 * i) for i in range(12)]


@pytest.fixture
def town(database: Database) -> Town:
    return write_town(database, [*FULL, *EMPTY])


@pytest.fixture
def client(database: Database, town: Town) -> Iterator[Client]:
    with serving_town(database, town.municipality.code) as opened:
        yield opened


def plan_thursday(database: Database) -> Plan:
    return make_plan(
        database, municipality_code="helsinki", date=THURSDAY, time_limit_s=0.3, known_at=WEDNESDAY_EVENING
    )


def plan_monday(database: Database) -> Plan:
    return make_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.3, known_at=NOW)


def day(database: Database, town: Town, date: datetime.date) -> ComparedDay:
    with database.transaction() as connection:
        (found,) = shadow.days(connection, municipality_id=town.municipality.id, first=date, last=date)
    return found


def levels(
    database: Database, town: Town, world: World, *, before: datetime.date = datetime.date.max
) -> dict[str, OtherLevel]:
    codes = {container.id: code for code, container in town.containers.items()}
    with database.transaction() as connection:
        found = shadow.other_levels(
            connection,
            municipality_id=town.municipality.id,
            world=world,
            since=datetime.date.min,
            before=before,
        )
    return {codes[container_id]: level for container_id, level in found.items()}


def approve(database: Database, plan: Plan) -> None:
    assert plan.id is not None
    with database.transaction() as connection:
        plans.set_status(connection, plan_id=plan.id, status=PlanStatus.APPROVED)


def drive(database: Database, plan: Plan) -> None:
    """Report every stop of a plan as emptied when it was planned."""
    with database.transaction() as connection:
        for route in plan.routes:
            for step in route.steps:
                if step.container_id is not None:
                    emptying = Emptying(
                        uuid.uuid4(), plan.municipality_id, step.container_id, step.arrives_at, step.arrives_at
                    )
                    emptyings.put(connection, emptying)


def only_shadow(database: Database, town: Town) -> None:
    with database.transaction() as connection:
        policies.put(
            connection,
            municipality_id=town.municipality.id,
            replaces=0,
            text="[planning]\nshadow_only = true\n",
            note="",
            saved_by="",
        )


def test_both_sides_of_a_night(database: Database, town: Town) -> None:
    plan = plan_thursday(database)
    found = day(database, town, THURSDAY)
    assert (found.driven, found.plan_id, found.began_on, found.containers) == (World.HALFVOL, plan.id, THURSDAY, 16)
    assert found.known_at == WEDNESDAY_EVENING
    assert not found.approved
    halfvol, fixed = found.halfvol, found.fixed_schedule
    assert halfvol is not None
    assert fixed is not None
    assert (halfvol.distance_m, halfvol.duration_s) == (plan.distance_m, plan.duration_s)
    assert fixed.stops == 16
    assert plan.fixed_schedule is not None
    assert (fixed.distance_m, fixed.vehicles) == (plan.fixed_schedule.distance_m, plan.fixed_schedule.routes)
    assert halfvol.stops < fixed.stops
    assert halfvol.kg < fixed.kg
    km, hours = halfvol.distance_m / 1000, halfvol.duration_s / 3600
    assert halfvol.cost == pytest.approx(90 * km + 9000 * hours + 3000 * halfvol.vehicles, abs=1)
    assert 0 < halfvol.overflow_days < 4, "the four full ones may overflow before the truck comes"
    assert 0 < halfvol.overflow_sd < 2
    assert found.trusted_share > 0.9
    assert not found.estimated
    other = levels(database, town, World.FIXED_SCHEDULE)
    assert set(other) == set(town.containers)
    assert all(level.emptied_here and level.date == THURSDAY for level in other.values())
    assert exclusions(found) == (Exclusion.NOT_APPROVED, Exclusion.NOT_OVER, Exclusion.SETTLING)


def test_working_a_night_out_again_changes_nothing(database: Database, town: Town) -> None:
    plan_thursday(database)
    first, first_levels = day(database, town, THURSDAY), levels(database, town, World.FIXED_SCHEDULE)
    plan_thursday(database)
    again = day(database, town, THURSDAY)
    assert again.plan_id != first.plan_id
    assert again.fixed_schedule is not None
    assert first.fixed_schedule is not None
    assert again.fixed_schedule.overflow_days == pytest.approx(first.fixed_schedule.overflow_days, abs=1e-3)
    assert again.fixed_schedule.kg == first.fixed_schedule.kg
    assert again.began_on == first.began_on
    assert levels(database, town, World.FIXED_SCHEDULE).keys() == first_levels.keys()


def test_in_the_world_of_the_schedule_containers_were_emptied_by_it(database: Database, town: Town) -> None:
    plan_thursday(database)
    plan_monday(database)
    thursday, monday = (day(database, town, date).fixed_schedule for date in (THURSDAY, MONDAY))
    assert thursday is not None
    assert monday is not None
    # Four days at 5 % in containers of 1,120 kg of glass: what the schedule finds on Monday, however full they stand.
    assert monday.kg / 16 == pytest.approx(1120 * (0.02 + 4 * 0.05), rel=0.15)
    assert thursday.kg > 1.5 * monday.kg
    assert monday.overflow_days < 0.01


def test_the_schedule_goes_on_through_nights_that_nobody_planned(database: Database, town: Town) -> None:
    early = datetime.datetime(2026, 11, 11, 18, tzinfo=datetime.UTC)
    make_plan(
        database,
        municipality_code="helsinki",
        date=datetime.date(2026, 11, 12),
        time_limit_s=0.3,
        known_at=early,
    )
    plan_monday(database)
    before = levels(database, town, World.FIXED_SCHEDULE, before=MONDAY)
    assert {level.date for level in before.values()} == {THURSDAY}, "nobody planned Monday 16 and Thursday 19"
    side = day(database, town, MONDAY).fixed_schedule
    assert side is not None
    assert side.kg / 16 == pytest.approx(1120 * 0.22, rel=0.15)


def test_a_later_night_looks_back(database: Database, town: Town) -> None:
    plan = plan_thursday(database)
    approve(database, plan)
    drive(database, plan)
    plan_monday(database)
    found = day(database, town, THURSDAY)
    assert found.approved
    assert found.looked_back is not None
    assert found.looked_back.emptied_share == 1.0
    assert found.looked_back.extra_emptyings == 0
    assert found.looked_back.overflow_days == 0
    assert found.looked_back.heard_share == pytest.approx(12 / 16, abs=0.02), "four have been silent since Wednesday"
    assert exclusions(found) == (Exclusion.SETTLING,)
    assert day(database, town, MONDAY).looked_back is None
    # Planning the day anew keeps what became of it.
    plan_thursday(database)
    assert day(database, town, THURSDAY).looked_back == found.looked_back


def test_a_plan_that_nobody_drove(database: Database) -> None:
    fuller = [replace(each, level=1.25, last_reading_at=NOW) for each in FULL]
    town = write_town(database, [*fuller, *EMPTY])
    approve(database, plan_thursday(database))
    plan_monday(database)
    found = day(database, town, THURSDAY)
    assert found.looked_back is not None
    assert found.looked_back.emptied_share == 0.0
    assert Exclusion.NOT_DRIVEN in exclusions(found)
    assert found.looked_back.overflow_days > 1, "they stood overflowing"


def test_routes_of_the_schedule_that_the_checker_refuses(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.planning.fixed_schedule, "check", lambda *_: [Violation("route 1", Rule.CAPACITY_KG, 1)])
    plan = plan_thursday(database)
    assert plan.routes
    found = day(database, town, THURSDAY)
    assert found.fixed_schedule is None
    assert found.problem is Exclusion.ROUTES_REFUSED
    assert Exclusion.ROUTES_REFUSED in exclusions(found)
    # The schedule is driven all the same, whatever our routes for it were.
    other = levels(database, town, World.FIXED_SCHEDULE)
    assert all(level.emptied_here for level in other.values())


def test_a_comparison_that_fails_keeps_no_plan_from_the_trucks(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such column")

    monkeypatch.setattr(shadow, "put", broken)
    assert plan_thursday(database).routes
    assert "the comparison of 2026-11-19 could not be stored" in caplog.text


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


def forget(database: Database, town: Town) -> None:
    with database.transaction() as connection:
        for table in ("DELETE FROM compared_day", "DELETE FROM other_level"):
            connection.execute(table)
    assert levels(database, town, World.FIXED_SCHEDULE) == {}


def test_missing_nights_are_filled_in(database: Database, town: Town) -> None:
    plan_thursday(database)
    plan_monday(database)
    before = [day(database, town, date) for date in (THURSDAY, MONDAY)]
    forget(database, town)
    seen: list[datetime.date] = []
    filled = fill_in(
        database,
        "helsinki",
        first=datetime.date(2026, 11, 17),
        last=datetime.date(2026, 12, 31),
        now=NOW + datetime.timedelta(hours=9),
        time_limit_s=0.3,
        on_progress=seen.append,
    )
    # No truck works on Friday and Saturday; on Tuesday and Sunday one works, nothing is scheduled and nobody planned.
    assert filled.failed == ()
    assert filled.dates == (THURSDAY, MONDAY)
    assert {THURSDAY, MONDAY} <= set(seen)
    for known in before:
        found = day(database, town, known.date)
        assert found.plan_id == known.plan_id
        assert found.fixed_schedule is not None
        assert known.fixed_schedule is not None
        assert found.fixed_schedule.stops == known.fixed_schedule.stops
        assert found.fixed_schedule.kg == pytest.approx(known.fixed_schedule.kg, rel=0.1)
    assert day(database, town, THURSDAY).looked_back is not None
    assert fill_in(database, "helsinki", first=THURSDAY, last=MONDAY, now=NOW, time_limit_s=0.3).dates == ()


def test_a_round_that_nobody_planned_is_named(database: Database, town: Town) -> None:
    filled = fill_in(database, "helsinki", first=THURSDAY, last=THURSDAY, now=NOW, time_limit_s=0.3)
    assert filled.dates == (THURSDAY,)
    assert Exclusion.NO_PLAN in exclusions(day(database, town, THURSDAY))


def test_a_shadow_is_filled_in_by_planning_on(database: Database, town: Town) -> None:
    only_shadow(database, town)
    plan_monday(database)
    filled = fill_in(
        database,
        "helsinki",
        first=THURSDAY,
        last=MONDAY,
        now=NOW + datetime.timedelta(hours=9),
        time_limit_s=0.3,
    )
    assert THURSDAY in filled.dates
    assert MONDAY in filled.dates, "it follows from Thursday's, so it is made anew"
    assert day(database, town, MONDAY).began_on <= THURSDAY
    assert any(level.emptied_here for level in levels(database, town, World.HALFVOL, before=MONDAY).values())


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
