"""What the municipality set and what people asked for reaches the plan."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest

from api.planning import make_plan
from api.planning.inputs import load
from api.planning.stops import street_classes
from api.policy_check import check_policy
from domain.containers import Container
from domain.errors import InvalidInput
from domain.fleet import Emptying, Shift
from domain.plans import Decision, ReasonCode
from domain.visit_requests import RequestKind, VisitRequest
from routing.decide.policy import Policy, QuietHours, Service
from routing.decide.policy_problem import InvalidPolicy
from storage import emptyings, fleet, policies, visit_requests
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Bin, Town, helsinki, write_town

HALF_FULL = [Bin(f"GL-{i}", 0.3 + 0.01 * i, growth=0.02) for i in range(6)]
AT_NOON = datetime.time(12)
AN_HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def town(database: Database) -> Town:
    return write_town(database, HALF_FULL)


def set_policy(database: Database, town: Town, text: str) -> None:
    with database.transaction() as connection:
        policies.put(connection, municipality_id=town.municipality.id, replaces=0, text=text, note="", saved_by="")


def ask(database: Database, container: Container, kind: RequestKind, hours: int = -1) -> None:
    request = VisitRequest(uuid4(), container.municipality_id, container.id, kind, NOW + hours * AN_HOUR)
    with database.transaction() as connection:
        visit_requests.put(connection, request)


def decisions(database: Database, town: Town) -> dict[str, Decision]:
    plan = make_plan(database, municipality_code=town.municipality.code, date=MONDAY, time_limit_s=0.5, known_at=NOW)
    codes = {container.id: code for code, container in town.containers.items()}
    return {codes[decision.container_id]: decision for decision in plan.decisions}


def test_what_is_read_for_a_plan(database: Database, town: Town) -> None:
    assert load(database, "helsinki", known_at=NOW).policy == Policy()
    set_policy(database, town, "[service]\noverflows_per_1000 = 3\n")
    first, second, third, fourth = (town.containers[f"GL-{number}"] for number in range(4))
    ask(database, first, RequestKind.OPERATOR)
    ask(database, first, RequestKind.COMPLAINT)
    ask(database, second, RequestKind.DRIVER)
    ask(database, third, RequestKind.OPERATOR, hours=+1)
    ask(database, fourth, RequestKind.OPERATOR)
    emptied = Emptying(uuid4(), town.municipality.id, fourth.id, NOW - AN_HOUR / 2, NOW)
    with database.transaction() as connection:
        emptyings.put(connection, emptied)
    inputs = load(database, "helsinki", known_at=NOW)
    assert inputs.policy == Policy(service=Service(overflows_per_1000=3))
    assert inputs.requests == {first.id: RequestKind.COMPLAINT, second.id: RequestKind.DRIVER}


def test_a_policy_that_this_version_cannot_follow_is_told(database: Database, town: Town) -> None:
    set_policy(database, town, "[once]\nupon = 'a time'\n")
    with pytest.raises(InvalidInput, match=r"version 1 of the policy of Helsinki: once: there is no such setting"):
        load(database, "helsinki", known_at=NOW)


def test_a_visit_that_was_asked_for_is_made(database: Database, town: Town) -> None:
    ask(database, town.containers["GL-2"], RequestKind.COMPLAINT)
    found = decisions(database, town)
    assert found["GL-2"].visited
    assert found["GL-2"].reason is ReasonCode.REQUESTED
    assert not any(decision.reason is ReasonCode.REQUESTED for code, decision in found.items() if code != "GL-2")


def test_an_emptying_that_tonights_readings_show_is_visit_enough(database: Database) -> None:
    """Emptied by a driver who reported nothing: the readings fall from 75 % to none between two hours of today."""
    town = write_town(database, [*HALF_FULL, Bin("GL-9", 0.05, growth=0.4)])
    container = town.containers["GL-9"]
    ask(database, container, RequestKind.COMPLAINT, hours=-8)
    assert load(database, "helsinki", known_at=NOW).requests == {container.id: RequestKind.COMPLAINT}
    found = decisions(database, town)
    assert found["GL-9"].reason is not ReasonCode.REQUESTED
    assert load(database, "helsinki", known_at=NOW).requests == {}


def test_the_stored_policy_counts(database: Database, town: Town) -> None:
    set_policy(database, town, f"[days_off]\ndates = [{MONDAY.isoformat()}]\n")
    ask(database, town.containers["GL-2"], RequestKind.COMPLAINT)
    found = decisions(database, town)
    assert {(decision.visited, decision.reason) for decision in found.values()} == {(False, ReasonCode.DAY_OFF)}


def test_quiet_hours_are_checked_in_the_streets_where_containers_stand(database: Database, town: Town) -> None:
    def problems(not_before: str, classes: str) -> str:
        text = f"[[quiet_hours]]\nnot_before = '{not_before}'\nroad_classes = {classes}\n"
        with database.transaction() as connection, pytest.raises(InvalidPolicy) as caught:
            check_policy(connection, town.municipality, text, where="it")
        return str(caught.value)

    # The paper truck works longer than the glass truck, and every container is for glass.
    with database.transaction() as connection:
        late = Shift(town.vehicles["Paper 1"], 1, datetime.time(7), datetime.time(20))
        fleet.set_shift(connection, late)
        street = street_classes(helsinki(), list(town.containers.values()), Policy(quiet_hours=(QuietHours(AT_NOON),)))
    here = next(iter(street.values()))
    assert "last shift of the week ends at 20:00" in problems("20:00", "['residential']")
    assert "when the trucks for glass have gone home" in problems("16:00", f"['{here}']")
    with database.transaction() as connection:
        text = "[[quiet_hours]]\nnot_before = '16:00'\nroad_classes = ['motorway']\n"
        assert check_policy(connection, town.municipality, text, where="it").quiet_hours


def test_what_no_round_has_emptied_and_nobody_heard_of_is_visited(database: Database) -> None:
    """Four weeks without collection: a container that never told anything may be full."""
    town = write_town(database, [*HALF_FULL, Bin("GL-NEW", None)])
    days = [MONDAY - datetime.timedelta(days=number) for number in range(1, 30)]
    with_rounds = decisions(database, town)["GL-NEW"]
    set_policy(database, town, f"[days_off]\ndates = [{', '.join(day.isoformat() for day in days)}]\n")
    without = decisions(database, town)["GL-NEW"]
    assert with_rounds.fill_level is not None
    assert without.fill_level is not None
    assert with_rounds.fill_level < 0.3 < without.fill_level
    assert with_rounds.overflow_risk is not None
    assert without.overflow_risk is not None
    assert with_rounds.overflow_risk < without.overflow_risk
    assert without.visited
