"""A town whose nights are planned and compared: what is done to it, and what of it is kept."""

from __future__ import annotations

import datetime
import uuid

from api.planning import make_plan
from domain.fleet import Emptying
from domain.plans import Plan, PlanStatus
from domain.saving import ComparedDay, OtherLevel, World
from storage import emptyings, plans, policies, shadow
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Bin, Town

THURSDAY = datetime.date(2026, 11, 19)
WEDNESDAY_EVENING = datetime.datetime(2026, 11, 18, 18, tzinfo=datetime.UTC)
LAST_HEARD = WEDNESDAY_EVENING - datetime.timedelta(hours=1)

# As full on Sunday as the town's readings say; on Wednesday, four days earlier, they were 0.2 emptier.
FULL = [Bin(f"GL-F{i}", 1.13 + 0.01 * i, last_reading_at=LAST_HEARD) for i in range(4)]
EMPTY = [Bin(f"GL-E{i}", 0.28 + 0.01 * i) for i in range(12)]


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
