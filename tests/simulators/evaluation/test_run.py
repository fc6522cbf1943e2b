"""Whole runs of a hamlet: what must hold of every contender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from domain.plans import Urgency
from routing.check import check
from routing.decide.policy import Policy, Service
from routing.roads.graph import RoadGraph
from simulators.evaluation.knowing import future, worsened
from simulators.evaluation.outcome import Contender, Run
from simulators.evaluation.run import Simulation, evaluate, world_of
from simulators.evaluation.setting import Setting
from simulators.evaluation.world import World


@pytest.fixture(scope="module")
def runs(setting: Setting, streets: RoadGraph) -> Mapping[Contender, Run]:
    return {contender: evaluate(setting, contender, graph=streets) for contender in Contender}


def test_every_contender_is_counted_on_the_same_days(runs: Mapping[Contender, Run], setting: Setting) -> None:
    for contender, run in runs.items():
        assert run.contender is contender
        assert run.days[0].day == setting.start
        assert len(run.days) == setting.days
        assert run.container_days == setting.days * setting.containers
        assert set(run.seconds) <= {"readings", "forecast", "decide", "routes", "waste"}


def test_nobody_drives_on_sunday(runs: Mapping[Contender, Run]) -> None:
    for run in runs.values():
        sundays = [each for each in run.days if each.day.isoweekday() == 7]
        assert sundays
        assert all((each.distance_m, each.vehicles, each.stops, each.kg) == (0, 0, 0, 0) for each in sundays)


def test_the_same_seed_gives_the_same_run(runs: Mapping[Contender, Run], setting: Setting) -> None:
    # Everything is built anew: the streets here are made from the setting.
    other = replace(setting, streets_km=1.2)
    for contender in (Contender.THRESHOLD, Contender.HALFVOL):
        first, again = (evaluate(other, contender) for _ in range(2))
        assert first.days == again.days
    assert evaluate(replace(setting, seed=4), Contender.FIXED_SCHEDULE).days != runs[Contender.FIXED_SCHEDULE].days


def test_who_knows_the_future_has_no_overflow(setting: Setting, streets: RoadGraph) -> None:
    exact = Policy(service=Service(overflows_per_1000=0.001, overflow_cost=100_000))
    run = evaluate(setting, Contender.CLAIRVOYANT, policy=exact, graph=streets)
    # Of the first day nothing is to be helped: it begins with what the fixed schedule left.
    assert sum(each.overflow_days for each in run.days[1:]) < 0.02 * setting.containers * setting.days / 1000
    assert sum(each.stops for each in run.days) > 0


@pytest.mark.parametrize("contender", list(Contender))
def test_every_plan_passes_the_checker_and_every_kilogram_is_accounted_for(
    contender: Contender, setting: Setting, streets: RoadGraph
) -> None:
    simulation = Simulation(setting, contender, Policy(), streets)
    world = simulation.world
    everyone = np.arange(len(world.town.containers))
    collected = 0.0
    for number in range(world.simulated_days):
        simulation.pass_day(number)
        planned, day = simulation.planned, simulation.day
        assert day is not None
        collected += float((day.found - day.left).sum())
        visited: set[int] = set()
        if planned is not None:
            assert check(planned.problem, planned.solution) == []
            visited = {stop for route in planned.solution.routes for stop in route.stop_ids}
            assert visited == set((day.emptyings.rows + 1).tolist())
        musts = {each.container_id for each in simulation.candidates if each.urgency is Urgency.MUST}
        if planned is not None and simulation.candidates:
            assert len(musts - visited) == planned.unserved
    left = float(simulation.contents.at(everyone, np.full(len(everyone), world.midnights_s[-1])).sum())
    begins, ends = (np.full(len(everyone), world.midnights_s[at]) for at in (0, -1))
    thrown = world.thrown_in_until(everyone, ends) - world.thrown_in_until(everyone, begins)
    first = world.thrown_in_until(everyone, begins)
    assert collected + left == pytest.approx(float((thrown + first).sum()))
    run = simulation.run()
    assert sum(each.stops for each in run.days) > 0


def test_the_town_has_as_many_trucks_and_sensors_as_is_asked(setting: Setting, streets: RoadGraph) -> None:
    usual = world_of(setting, streets)
    more = World.of(replace(setting, trucks=1.5), streets)
    assert len(more.town.vehicles) == 2 * len(usual.town.vehicles)
    assert len({vehicle.id for vehicle in more.town.vehicles}) == len(more.town.vehicles)
    assert set(more.profiles) == {vehicle.id for vehicle in more.town.vehicles}
    gone = [
        {
            sensor.device_id
            for sensor in World.of(replace(setting, missing_sensors=share), streets).town.sensors
            if not sensor.registered
        }
        for share in (0.0, 0.3, 0.6, 1.0)
    ]
    assert gone[0] < gone[1] < gone[2] < gone[3]
    assert len(gone[3]) == len(usual.town.sensors)


def test_warm_up_is_by_rounds_settling_by_the_contender_and_neither_counts(
    setting: Setting, streets: RoadGraph
) -> None:
    simulation = Simulation(setting, Contender.CLAIRVOYANT, Policy(), streets)
    for number in range(setting.uncounted_days):
        simulation.pass_day(number)
        assert bool(simulation.candidates) is (number >= setting.warm_up_days)
        if number < setting.warm_up_days:
            collected = simulation.schedule.collected(simulation.world.day(number))
            assert simulation.driven.emptyings.rows.tolist() == collected.tolist()
            assert simulation.planned is None
    assert simulation.run().days == ()


def test_contenders_see_the_same_waste(setting: Setting, streets: RoadGraph) -> None:
    with_faults = World.of(replace(setting, bad_sensors=0.5, trucks=2.0), streets)
    assert (with_faults.thrown_in == world_of(setting, streets).thrown_in).all()


def test_forecasts_are_made_worse_as_the_setting_says(setting: Setting, streets: RoadGraph) -> None:
    simulation = Simulation(setting, Contender.CLAIRVOYANT, Policy(), streets)
    known_s = float(simulation.world.midnights_s[3])
    known = future(simulation.world, simulation.contents, simulation.sensing.emptied_s(), known_s)
    later_s = known_s + 3 * 86_400
    biased = worsened(replace(simulation.world, setting=replace(setting, growth_bias=0.5)), known, known_s)
    for identifier, forecast in known.items():
        now, then = forecast.mean(known_s), forecast.mean(later_s)
        assert biased[identifier].mean(known_s) == pytest.approx(now)
        assert biased[identifier].mean(later_s) - now == pytest.approx(1.5 * (then - now))
    noisy = worsened(replace(simulation.world, setting=replace(setting, growth_noise=0.4)), known, known_s)
    factors = [noisy[each].growth_per_day / known[each].growth_per_day for each in known]
    assert 0.2 < np.std(np.log(factors)) < 0.7
