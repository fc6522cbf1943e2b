from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.errors import InvalidInput, NotFound
from domain.geography import Position
from domain.plans import (
    Decision,
    FixedSchedule,
    Plan,
    PlanStatus,
    ReasonCode,
    Route,
    RouteStep,
    StepKind,
    Urgency,
)
from storage import plans
from storage.database import Database
from tests.storage import town
from tests.storage.town import MARKET, NOON, SmallTown

TOMORROW = date(2026, 11, 3)


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return town.build(connection)


@pytest.fixture
def plan(database: Database, small: SmallTown) -> Plan:
    with database.transaction() as connection:
        depot, tip, truck = town.add_fleet(connection, small.municipality.id)

    def step(sequence: int, kind: StepKind, container_id: int | None = None, tip_id: int | None = None) -> RouteStep:
        return RouteStep(
            sequence, kind, MARKET, NOON + timedelta(minutes=sequence), 60, 10, 100, 500, container_id, tip_id
        )

    steps = (
        step(0, StepKind.START),
        step(1, StepKind.EMPTYING, small.glass.id),
        step(2, StepKind.DISPOSAL, tip_id=tip.id),
        step(3, StepKind.END),
    )
    line = (MARKET, Position(24.95, 60.171234567890123), MARKET)
    visited = Decision(
        small.glass.id,
        Urgency.MUST,
        True,
        ReasonCode.OVERFLOW_RISK,
        0.9,
        0.1,
        0.3,
        NOON,
        NOON,
        0.85,
        {"en": "will overflow", "nl": "loopt over"},
    )
    skipped = Decision(small.paper.id, Urgency.SKIP, False, ReasonCode.NO_ROUND, None, None, None, None, None, None)
    return Plan(
        id=None,
        municipality_id=small.municipality.id,
        depot_id=depot.id,
        date=TOMORROW,
        created_at=NOON,
        status=PlanStatus.PROPOSED,
        decisions=(visited, skipped),
        routes=(Route(None, truck.id, NOON, NOON + timedelta(hours=1), 5000, 3600, steps, line),),
        distance_m=5000,
        duration_s=3600,
        fixed_schedule=FixedSchedule(2, 1, 9000, 7200),
        engines="OR-Tools",
        road_source="helsinki.osm.pbf",
    )


def save(database: Database, plan: Plan) -> Plan:
    with database.transaction() as connection:
        return plans.save(connection, plan)


def test_a_plan_comes_back_as_it_was_saved_with_ids(database: Database, plan: Plan) -> None:
    saved = save(database, plan)
    assert replace(saved, id=None, routes=(replace(saved.routes[0], id=None),)) == plan
    route_id = saved.routes[0].id
    assert route_id is not None
    with database.transaction() as connection:
        assert plans.latest(connection, municipality_id=plan.municipality_id, date=TOMORROW) == saved
        found = plans.route(connection, municipality_id=plan.municipality_id, route_id=route_id)
        assert found == saved.routes[0]
        of = plans.plan_of_route(connection, municipality_id=plan.municipality_id, route_id=route_id)
        assert of == saved.id
        assert plans.dates(connection, plan.municipality_id) == [TOMORROW]


def test_a_plan_without_routes_and_comparison(database: Database, plan: Plan) -> None:
    bare = replace(plan, routes=(), decisions=(), fixed_schedule=None)
    saved = save(database, bare)
    assert replace(saved, id=None) == bare
    with database.transaction() as connection:
        assert plans.latest(connection, municipality_id=plan.municipality_id, date=TOMORROW) == saved


def test_no_plan_for_a_date(database: Database, plan: Plan) -> None:
    with database.transaction() as connection:
        assert plans.latest(connection, municipality_id=plan.municipality_id, date=TOMORROW) is None


def test_a_new_plan_supersedes_the_earlier_which_is_kept(database: Database, plan: Plan) -> None:
    first = save(database, plan)
    second = save(database, replace(plan, created_at=NOON + timedelta(hours=1)))
    assert first.id is not None
    with database.transaction() as connection:
        assert plans.latest(connection, municipality_id=plan.municipality_id, date=TOMORROW) == second
        assert plans.get(connection, municipality_id=plan.municipality_id, plan_id=first.id) == first


def test_plans_saved_at_the_same_time_leave_one_that_counts(database: Database, plan: Plan) -> None:
    threads = [threading.Thread(target=save, args=[database, plan]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        counting = connection.execute("SELECT count(*) FILTER (WHERE superseded_at IS NULL), count(*) FROM plan")
        assert counting.fetchone() == (1, 4)


def test_its_status_changes(database: Database, plan: Plan) -> None:
    saved = save(database, plan)
    assert saved.id is not None
    with database.transaction() as connection:
        plans.set_status(connection, plan_id=saved.id, status=PlanStatus.APPROVED)
        found = plans.get(connection, municipality_id=plan.municipality_id, plan_id=saved.id)
        assert found.status is PlanStatus.APPROVED
        with pytest.raises(NotFound, match="no plan 999"):
            plans.set_status(connection, plan_id=999, status=PlanStatus.APPROVED)


def test_nothing_is_found_from_another_municipality(database: Database, plan: Plan) -> None:
    saved = save(database, plan)
    assert saved.id is not None
    assert saved.routes[0].id is not None
    with database.transaction() as connection:
        other = town.build(connection, code="espoo").municipality.id
        with pytest.raises(NotFound, match="no plan"):
            plans.get(connection, municipality_id=other, plan_id=saved.id)
        with pytest.raises(NotFound, match="no route"):
            plans.route(connection, municipality_id=other, route_id=saved.routes[0].id)
        with pytest.raises(NotFound, match="no route"):
            plans.plan_of_route(connection, municipality_id=other, route_id=saved.routes[0].id)


def test_a_container_of_another_municipality_is_refused(database: Database, plan: Plan) -> None:
    with database.transaction() as connection:
        theirs = town.build(connection, code="espoo").glass.id
    smuggled = replace(plan, decisions=(replace(plan.decisions[0], container_id=theirs),))
    with pytest.raises(InvalidInput, match="container"):
        save(database, smuggled)
