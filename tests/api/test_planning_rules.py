"""The rules of a policy in the night job: streets that are quiet, days off, requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from api.planning import run_planning
from api.planning.inputs import load
from api.planning.stops import street_classes
from domain.plans import Plan, ReasonCode
from routing.decide.policy import Policy, QuietHours
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Bin, write_town

FULL = [Bin(f"GL-F{i}", 0.97) for i in range(6)]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url) as opened:
        yield opened


def planned(database: Database, policy: Policy) -> Plan:
    return run_planning(
        database, municipality_code="helsinki", date=MONDAY, time_limit_s=1.0, known_at=NOW, policy=policy
    ).plan


def test_nothing_is_emptied_before_the_hour_in_streets_of_the_class(database: Database) -> None:
    town = write_town(database, FULL)
    inputs = load(database, "helsinki", known_at=NOW)
    asks = Policy(quiet_hours=(QuietHours(time(11), frozenset({"residential", "service"})),))
    classes = street_classes(inputs.roads, inputs.containers, asks)
    assert set(classes) == {container.id for container in town.containers.values()}
    assert street_classes(inputs.roads, inputs.containers, Policy()) == {}
    quiet = frozenset(list(classes.values())[:1])
    plan = planned(database, Policy(quiet_hours=(QuietHours(time(11), quiet),)))
    eleven = datetime.combine(MONDAY, time(11), ZoneInfo("Europe/Helsinki"))
    emptied = quietly = 0
    for route in plan.routes:
        # A truck may arrive earlier and wait; where it drives on it has emptied the container.
        for step, following in pairwise(route.steps):
            if step.container_id is not None:
                emptied += 1
                if classes[step.container_id] in quiet:
                    quietly += 1
                    assert following.arrives_at >= eleven
    assert emptied == len(FULL)
    assert quietly


def test_a_day_off_has_no_plan_and_no_schedule_to_compare_with(database: Database) -> None:
    write_town(database, FULL)
    plan = planned(database, Policy(days_off=frozenset({MONDAY})))
    assert {decision.reason for decision in plan.decisions} == {ReasonCode.DAY_OFF}
    assert plan.routes == ()
    assert plan.fixed_schedule is not None
    assert plan.fixed_schedule.stops == 0
