"""Plans driven with what is really in the containers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from domain.containers import Container
from domain.plans import StepKind
from routing.decide.policy import Policy
from simulators.evaluation.driving import drive
from simulators.evaluation.fixed_schedule import fixed_schedule
from simulators.evaluation.routes import Planned
from simulators.evaluation.world import World


@pytest.fixture(scope="module")
def planned(world: World) -> Planned:
    return max(fixed_schedule(world, Policy()).routes.values(), key=lambda each: len(each.problem.stops))


@pytest.fixture(scope="module")
def containers(world: World) -> Mapping[int, Container]:
    return {container.id: container for container in world.town.containers}


def test_with_the_expected_loads_the_day_is_as_planned(planned: Planned, containers: Mapping[int, Container]) -> None:
    driven = drive(planned.problem, planned.solution, containers=containers, found=lambda _c, _s: 0.1, origin_s=1000.0)
    assert driven.distance_m == planned.solution.distance_m
    assert driven.duration_s == planned.solution.duration_s
    assert driven.vehicles == len(planned.solution.routes)
    assert driven.extra_trips == 0
    begins = {
        step.stop_id: 1000.0 + step.begins_s
        for route in planned.solution.routes
        for step in route.steps
        if step.kind is StepKind.EMPTYING
    }
    found = dict(zip((driven.emptyings.rows + 1).tolist(), driven.emptyings.times_s.tolist(), strict=True))
    assert found == begins
    assert len(found) == len(planned.problem.stops)


def test_a_truck_that_is_full_goes_to_the_disposal_site_and_comes_back(
    planned: Planned, containers: Mapping[int, Container]
) -> None:
    usual = drive(planned.problem, planned.solution, containers=containers, found=lambda _c, _s: 0.1, origin_s=0.0)
    heavy = drive(planned.problem, planned.solution, containers=containers, found=lambda _c, _s: 9.0, origin_s=0.0)
    assert heavy.extra_trips > 0
    assert len(heavy.emptyings.rows) == len(usual.emptyings.rows)
    assert heavy.distance_m > usual.distance_m
    unloading_s = planned.problem.disposal_sites[0].service_s
    assert heavy.duration_s >= usual.duration_s + heavy.extra_trips * unloading_s


def test_what_is_found_is_asked_at_the_moment_of_the_visit(
    planned: Planned, containers: Mapping[int, Container]
) -> None:
    asked: list[tuple[int, float]] = []

    def found(container_id: int, moment_s: float) -> float:
        asked.append((container_id, moment_s))
        return 0.2

    driven = drive(planned.problem, planned.solution, containers=containers, found=found, origin_s=5.0)
    emptied = zip((driven.emptyings.rows + 1).tolist(), driven.emptyings.times_s.tolist(), strict=True)
    assert sorted(asked) == sorted(emptied)
