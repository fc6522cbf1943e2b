"""The schedule that savings are measured against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from domain.containers import Fraction
from routing.check import check
from routing.decide.policy import Policy, Service
from routing.roads.graph import RoadGraph
from simulators.evaluation.fixed_schedule import FORTNIGHT, day_of_fortnight, fixed_schedule
from simulators.evaluation.setting import Setting
from simulators.evaluation.world import World


@pytest.fixture(scope="module")
def month(setting: Setting, streets: RoadGraph) -> World:
    """Four weeks of a hamlet with a container of each fraction or two."""
    return World.of(replace(setting, containers=6, days=28, warm_up_days=14, settling_days=0), streets)


def filling(world: World, a_day: float) -> World:
    """The world with every container filling evenly."""
    hours = np.arange(world.thrown_in.shape[1])
    return replace(world, thrown_in=np.tile(hours * a_day / 24, (len(world.town.containers), 1)))


def rounds_a_fortnight(world: World, a_day: float) -> set[int]:
    return {len(days) for days in fixed_schedule(filling(world, a_day), Policy()).rounds.values()}


def test_it_comes_as_rarely_as_the_service_level_allows(month: World) -> None:
    assert rounds_a_fortnight(month, 0.06) == {1}
    assert rounds_a_fortnight(month, 0.08) == {2}
    assert rounds_a_fortnight(month, 0.2) == {4}
    # Three rounds a week leave three days from Friday to Monday, four leave two at most.
    assert rounds_a_fortnight(month, 0.3) == {6}
    assert rounds_a_fortnight(month, 0.45) == {8}


def test_where_nothing_is_often_enough_it_comes_every_working_day(month: World) -> None:
    assert rounds_a_fortnight(month, 1.5) == {12}


def test_a_stricter_service_level_never_means_fewer_rounds(world: World) -> None:
    strict, lax = (fixed_schedule(world, Policy(service=Service(overflows_per_1000=limit))) for limit in (0.1, 20.0))
    for fraction, days in strict.rounds.items():
        assert len(days) >= len(lax.rounds[fraction])


def test_every_container_is_on_the_routes_of_its_fraction_and_no_rule_is_broken(world: World) -> None:
    schedule = fixed_schedule(world, Policy())
    for day, planned in schedule.routes.items():
        wanted = {fraction for fraction, days in schedule.rounds.items() if day in days}
        there = {container.id for container in world.town.containers if container.fraction in wanted}
        assert {stop.id for stop in planned.problem.stops} == there
        assert check(planned.problem, planned.solution) == []
        assert planned.unserved == 0


def test_it_is_made_once_and_tells_itself_in_words(world: World) -> None:
    schedule = fixed_schedule(world, Policy())
    assert fixed_schedule(world, Policy(look_ahead_days=3)) is schedule
    assert all(fraction in schedule.words for fraction in Fraction if fraction in schedule.rounds)


def test_a_fortnight_begins_on_a_monday_and_goes_on_over_the_year() -> None:
    first = date(2026, 12, 20)
    numbers = [day_of_fortnight(first + timedelta(days=n)) for n in range(30)]
    assert all((b - a) % FORTNIGHT == 1 for a, b in pairwise(numbers))
    assert day_of_fortnight(date(2026, 3, 2)) % 7 == 0
