"""The planning job on a real database: what is visited, what is skipped and why, and what is refused."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from itertools import pairwise

import pytest

import api.planning.run
from api.planning import PlanRejected, make_plan, run_planning
from api.representations.plans import summary
from domain.containers import Fraction
from domain.errors import InvalidInput, NotFound
from domain.fleet import Emptying
from domain.geography import Position, great_circle_m
from domain.observations import Quality
from domain.plans import ESTIMATE, Decision, Plan, ReasonCode, StepKind, Urgency
from routing.check import Violation
from storage import emptyings, plans
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, SUNDAY, TUESDAY, Bin, Town, write_town

FULL = [Bin(f"GL-F{i}", 0.93 + 0.01 * i) for i in range(6)]
EMPTY = [Bin(f"GL-E{i}", 0.10 + 0.01 * i) for i in range(14)]
PAPER = [Bin(f"PA-{i}", 0.30 + 0.04 * i, Fraction.PAPER) for i in range(4)]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url) as opened:
        yield opened


def plan_day(database: Database, date: datetime.date = MONDAY, code: str = "helsinki", roads_url: str = "") -> Plan:
    return make_plan(database, municipality_code=code, date=date, time_limit_s=1.0, known_at=NOW, roads_url=roads_url)


def decision(town: Town, plan: Plan, code: str) -> Decision:
    (found,) = (d for d in plan.decisions if d.container_id == town.containers[code].id)
    return found


def test_full_ones_are_visited_and_empty_ones_skipped_each_with_a_reason(database: Database) -> None:
    town = write_town(database, [*FULL, *EMPTY, *PAPER])
    stages: list[tuple[str, float]] = []
    run = run_planning(
        database,
        municipality_code="helsinki",
        date=MONDAY,
        time_limit_s=1.0,
        known_at=NOW,
        on_progress=lambda stage, share: stages.append((stage, share)),
    )
    plan = run.plan

    assert {d.container_id for d in plan.decisions} == {container.id for container in town.containers.values()}
    for bin_ in FULL:
        full = decision(town, plan, bin_.code)
        assert (full.urgency, full.visited, full.reason) == (Urgency.MUST, True, ReasonCode.OVERFLOW_RISK)
    for bin_ in EMPTY:
        empty = decision(town, plan, bin_.code)
        assert (empty.visited, empty.reason) == (False, ReasonCode.RISK_LOW)
        assert empty.last_observed_at == NOW
        assert empty.last_fill_level == pytest.approx(bin_.level, abs=0.03)
    for bin_ in PAPER:
        assert not decision(town, plan, bin_.code).visited
    assert all({"en", "nl"} <= set(d.explanation) and all(d.explanation.values()) for d in plan.decisions)
    # The middle of the next shift of the glass truck.
    thursday = datetime.datetime(2026, 11, 26, 9, tzinfo=datetime.UTC)
    assert decision(town, plan, "GL-F0").next_chance_at == thursday

    fixed = plan.fixed_schedule
    assert fixed is not None
    assert fixed.stops == len(FULL) + len(EMPTY)
    assert plan.distance_m < fixed.distance_m
    assert plan.duration_s < fixed.duration_s
    assert plan.road_source == "Helsinki"
    assert not summary(plan, "en").distances_estimated
    assert plan.engines

    assert stages[0] == ("loading", 0.0)
    assert stages[-1] == ("done", 1.0)
    assert all(a[1] <= b[1] for a, b in pairwise(stages))
    assert set(run.timings_s) == {"loading", "forecasting", "measuring", "solving", "comparing", "saving"}


def test_routes_start_and_end_in_the_yard_within_the_shift_along_the_streets(database: Database) -> None:
    town = write_town(database, [*FULL, *EMPTY])
    plan = plan_day(database)
    (route,) = plan.routes
    assert route.id is not None
    assert route.vehicle_id == town.vehicles["Glass 1"]
    # 7 to 15 in Helsinki's winter time.
    assert datetime.datetime(2026, 11, 23, 5, tzinfo=datetime.UTC) <= route.starts_at
    assert route.ends_at <= datetime.datetime(2026, 11, 23, 13, tzinfo=datetime.UTC)
    assert (route.ends_at - route.starts_at).total_seconds() == route.duration_s

    steps = route.steps
    assert [step.sequence for step in steps] == list(range(len(steps)))
    assert (steps[0].kind, steps[-1].kind) == (StepKind.START, StepKind.END)
    assert steps[-2].kind is StepKind.DISPOSAL
    assert steps[-1].load_l == 0
    visited = [step.container_id for step in steps if step.kind is StepKind.EMPTYING]
    assert sorted(visited) == sorted(d.container_id for d in plan.decisions if d.visited)
    by_id = {container.id: container for container in town.containers.values()}
    assert all(by_id[step.container_id].position == step.position for step in steps if step.container_id is not None)
    assert all(a.arrives_at <= b.arrives_at and a.distance_m <= b.distance_m for a, b in pairwise(steps))

    length_m = sum(great_circle_m(a, b) for a, b in pairwise(route.geometry))
    assert length_m == pytest.approx(route.distance_m, abs=len(steps))
    assert steps[-1].distance_m == route.distance_m == plan.distance_m

    with database.transaction() as connection:
        saved = plans.latest(connection, municipality_id=town.municipality.id, date=MONDAY)
    assert saved is not None
    assert saved.id == plan.id
    assert saved.routes == plan.routes


def test_an_emptying_after_the_last_reading_counts(database: Database) -> None:
    town = write_town(database, FULL)
    emptied, withdrawn = (
        Emptying(
            id=uuid.uuid4(),
            municipality_id=town.municipality.id,
            container_id=town.containers[code].id,
            emptied_at=NOW + datetime.timedelta(minutes=30),
            reported_at=NOW + datetime.timedelta(minutes=31),
        )
        for code in ("GL-F0", "GL-F1")
    )
    with database.transaction() as connection:
        emptyings.put(connection, emptied)
        emptyings.put(connection, withdrawn)
        emptyings.withdraw(connection, municipality_id=town.municipality.id, emptying_id=withdrawn.id, withdrawn_at=NOW)
    # The last readings said full; the emptying came half an hour after them, and nothing has come since.
    known_at = NOW + datetime.timedelta(minutes=90)
    plan = make_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=1.0, known_at=known_at)
    empty = decision(town, plan, "GL-F0")
    assert not empty.visited
    assert empty.fill_level is not None
    assert empty.fill_level < 0.2
    assert decision(town, plan, "GL-F1").visited


def test_what_becomes_known_later_is_not_looked_at(database: Database) -> None:
    town = write_town(database, FULL)
    early = NOW - datetime.timedelta(days=10)
    plan = make_plan(
        database, municipality_code="helsinki", date=early.date() + datetime.timedelta(days=1), known_at=early,
        time_limit_s=1.0,
    )  # fmt: skip
    last = [d.last_observed_at for d in plan.decisions]
    assert all(at is not None and at <= early for at in last)
    assert not decision(town, plan, "GL-F0").visited


def test_a_container_off_the_streets_is_unreachable_and_says_so(database: Database) -> None:
    town = write_town(database, [*FULL, Bin("GL-ISLAND", 0.97, position=Position(24.99, 60.14))])
    plan = plan_day(database)
    island = decision(town, plan, "GL-ISLAND")
    assert (island.urgency, island.visited, island.reason) == (Urgency.MUST, False, ReasonCode.UNREACHABLE)
    assert decision(town, plan, "GL-F0").visited
    assert plan.fixed_schedule is not None
    assert plan.fixed_schedule.stops == len(FULL)


def test_a_fraction_that_no_truck_takes(database: Database) -> None:
    town = write_town(database, [*FULL, Bin("TX-1", 0.98, Fraction.TEXTILE)])
    textile = decision(town, plan_day(database), "TX-1")
    assert (textile.visited, textile.reason) == (False, ReasonCode.NO_VEHICLE)


def test_more_than_the_trucks_can_take(database: Database) -> None:
    many = [Bin(f"GL-{i}", 0.97) for i in range(30)]
    town = write_town(database, many, shift=(7, 8))
    plan = plan_day(database)
    visited = [d for d in plan.decisions if d.visited]
    left_out = [d for d in plan.decisions if not d.visited]
    assert visited
    assert left_out
    assert {(d.urgency, d.reason) for d in left_out} == {(Urgency.MUST, ReasonCode.NO_CAPACITY)}
    assert len(visited) + len(left_out) == len(town.containers)


def test_full_before_its_round_is_rescued_by_a_vehicle_at_work(database: Database) -> None:
    bins = [*PAPER, Bin("PA-FULL", 0.99, Fraction.PAPER, growth=0.10)]
    town = write_town(database, bins)
    plan = plan_day(database)
    rescued = decision(town, plan, "PA-FULL")
    assert (rescued.urgency, rescued.visited, rescued.reason) == (Urgency.MUST, True, ReasonCode.OVERFLOW_RISK)
    assert not any(decision(town, plan, bin_.code).urgency is Urgency.MUST for bin_ in PAPER)
    assert [route.vehicle_id for route in plan.routes] == [town.vehicles["Paper 1"]]


def test_a_day_without_rounds(database: Database) -> None:
    write_town(database, [*EMPTY, *PAPER])
    plan = make_plan(database, municipality_code="helsinki", date=NOW.date(), time_limit_s=1.0, known_at=NOW)
    assert plan.routes == ()
    assert not any(d.visited for d in plan.decisions)
    assert (plan.distance_m, plan.duration_s) == (0, 0)
    assert plan.fixed_schedule is not None
    assert plan.fixed_schedule.stops == 0


def test_of_containers_without_a_trusted_reading_the_doubt_is_told(database: Database) -> None:
    bins = [
        *EMPTY,
        Bin("GL-NEW", None),
        Bin("GL-SILENT", 0.95, last_reading_at=NOW - datetime.timedelta(days=2)),
        Bin("GL-LONG", 0.95, last_reading_at=NOW - datetime.timedelta(days=9)),
        Bin("GL-SUSPECT", 0.2, quality=Quality.FALSE_ECHO),
    ]
    town = write_town(database, bins)
    plan = plan_day(database)
    silent = decision(town, plan, "GL-SILENT")
    assert silent.visited
    assert silent.explanation["en"].startswith("Sensor silent for 2 days, last 85 %, probably ")
    long = decision(town, plan, "GL-LONG")
    assert long.explanation["en"].startswith("Sensor silent for 9 days, last 50 %, had its round on Thursday, about ")
    for code in ("GL-NEW", "GL-SUSPECT", "GL-LONG"):
        # Thursday's round emptied it, as far as anybody knows, and the next truck comes on Thursday.
        unread = decision(town, plan, code)
        assert unread.urgency is not Urgency.MUST, code
        assert unread.fill_level == pytest.approx(0.02 + 3.5 * 0.05, abs=0.1)
    for code in ("GL-NEW", "GL-SUSPECT"):
        unread = decision(town, plan, code)
        assert unread.explanation["en"].startswith("No trusted reading so far, had its round on Thursday, about ")
    assert decision(town, plan, "GL-NEW").last_observed_at is None


def test_planning_again_supersedes(database: Database) -> None:
    town = write_town(database, [*FULL[:2], *EMPTY[:2]])
    first, second = plan_day(database), plan_day(database)
    with database.transaction() as connection:
        latest = plans.latest(connection, municipality_id=town.municipality.id, date=MONDAY)
        assert latest is not None
        assert latest.id == second.id
        assert first.id is not None
        assert plans.get(connection, municipality_id=town.municipality.id, plan_id=first.id).id == first.id
    assert plan_day(database, TUESDAY).date == TUESDAY


def test_two_municipalities_do_not_meet(database: Database) -> None:
    one = write_town(database, FULL[:2])
    other = write_town(database, [Bin("GL-F0", 0.1)], code="espoo")
    assert {d.container_id for d in plan_day(database).decisions} == {c.id for c in one.containers.values()}
    assert [d.container_id for d in plan_day(database, code="espoo").decisions] == [other.containers["GL-F0"].id]


def test_a_plan_that_the_checker_rejects_is_not_saved(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    town = write_town(database, FULL)
    monkeypatch.setattr(api.planning.run, "check", lambda *_: [Violation("route 1, step 3", "load above capacity", 40)])
    with pytest.raises(
        PlanRejected, match=r"breaks 1 rule\(s\) and was not saved: route 1, step 3: load above"
    ) as caught:
        plan_day(database)
    assert len(caught.value.violations) == 1
    with database.transaction() as connection:
        assert plans.latest(connection, municipality_id=town.municipality.id, date=MONDAY) is None


def test_without_roads_it_says_how_to_import_them(database: Database) -> None:
    write_town(database, FULL[:1], with_roads=False)
    with pytest.raises(InvalidInput, match=r"municipality helsinki: has no streets yet.*'halfvol roads import'"):
        plan_day(database)


def test_a_depot_off_the_streets_is_named(database: Database) -> None:
    write_town(database, FULL[:1], depot=Position(25.5, 60.17))
    with pytest.raises(InvalidInput, match=r"depot Yard at \[25.5, 60.17\]: no street of 'Helsinki'"):
        plan_day(database)


def test_an_unknown_municipality(database: Database) -> None:
    with pytest.raises(NotFound, match="there is no municipality 'atlantis'"):
        plan_day(database, code="atlantis")


@pytest.mark.parametrize("time_limit_s", [0, -1, float("nan"), 1e9])
def test_a_time_limit_that_is_none(database: Database, time_limit_s: float) -> None:
    with pytest.raises(InvalidInput, match="is no time limit"):
        make_plan(database, municipality_code="helsinki", date=SUNDAY, time_limit_s=time_limit_s)


def test_a_plan_from_straight_lines_says_that_it_is_an_estimate(database: Database) -> None:
    write_town(database, [*FULL, *EMPTY])
    plan = plan_day(database, roads_url="straight-lines")
    assert plan.road_source == ESTIMATE
    assert summary(plan, "en").distances_estimated
    assert plan.routes
