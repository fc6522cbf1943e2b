from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from deploy.evaluate.compare import (
    EQUAL_WITHIN,
    Estimate,
    Service,
    above_bound,
    compare,
    estimate,
    paired_change,
    service,
)
from deploy.evaluate.figures import Measure, figures, typical_week
from deploy.evaluate.grid import Curve, Point, Varied, circumstances, sensitivity_tasks, trucks
from deploy.evaluate.task import Task, distinct, task_from_json, tasks
from domain.errors import InvalidInput
from domain.factors import Factors
from simulators.evaluation.outcome import Contender
from simulators.evaluation.setting import Setting
from simulators.evaluation.world import World
from tests.deploy.evaluation_runs import ASKED, TOWN, made_up

FIXED, HALFVOL, CLAIRVOYANT = Contender.FIXED_SCHEDULE, Contender.HALFVOL, Contender.CLAIRVOYANT


def made(contender: Contender, seeds: range) -> dict[int, dict[Measure, float]]:
    each = tasks(ASKED, [contender], seeds)
    return {task.setting.seed: figures(made_up(task, lambda _done, _total: None), Factors()) for task in each}


def test_an_interval_is_students() -> None:
    values = [0.41, 0.44, 0.39, 0.47, 0.43]
    found = estimate(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (found.mean, found.low, found.high) == pytest.approx((np.mean(values), low, high))
    assert found.count == 5


def test_one_seed_has_no_interval_and_none_has_no_mean() -> None:
    assert estimate([0.4]) == Estimate(0.4, None, None, 1)
    assert estimate([0.4, math.nan]) == Estimate(0.4, None, None, 1)
    assert math.isnan(estimate([]).mean)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    chance = np.random.default_rng(5)
    draws = [estimate(chance.normal(0.4, 0.1, 5).tolist()) for _ in range(2000)]
    held = np.mean([each.low is not None and each.high is not None and each.low <= 0.4 <= each.high for each in draws])
    assert held == pytest.approx(0.95, abs=0.015)


def test_pairing_takes_out_what_towns_have_in_common() -> None:
    then = {1: 100.0, 2: 300.0, 3: 900.0}
    now = {seed: 0.6 * value for seed, value in then.items()} | {4: 1.0}
    found = paired_change(now, then)
    assert (found.mean, found.low, found.high) == pytest.approx((-0.4, -0.4, -0.4))
    assert found.count == 3


@pytest.mark.parametrize(
    ("overflows", "expected"),
    [
        (Estimate(-0.5, -0.8, -0.2, 5), Service.BETTER),
        (Estimate(-0.5, -1.1, 0.05, 5), Service.EQUAL),
        (Estimate(0.05, 0.02, 0.08, 5), Service.EQUAL),
        (Estimate(-0.1, -0.5, 0.3, 5), Service.UNCLEAR),
        (Estimate(0.05, -0.5, 0.6, 5), Service.UNCLEAR),
        (Estimate(0.3, -0.5, 1.1, 5), Service.WORSE),
        (Estimate(0.08, 0.01, 0.15, 5), Service.WORSE),
        (Estimate(-0.2, None, None, 1), Service.BETTER),
        (Estimate(-0.05, None, None, 1), Service.EQUAL),
        (Estimate(0.05, None, None, 1), Service.EQUAL),
        (Estimate(0.2, None, None, 1), Service.WORSE),
    ],
)
def test_what_a_difference_of_service_is_called(overflows: Estimate, expected: Service) -> None:
    assert service(overflows) is expected
    assert expected.kept == (expected in {Service.BETTER, Service.EQUAL})


def test_figures_of_a_run() -> None:
    run = made_up(Task(TOWN, FIXED), lambda _done, _total: None)
    found = figures(run, Factors(cents_per_km=100, cents_per_hour=0, cents_per_vehicle=0))
    assert found[Measure.KM] == sum(day.distance_m for day in run.days) / 1000 / 2
    assert found[Measure.EUROS] == pytest.approx(found[Measure.KM])
    assert found[Measure.OVERFLOWS_PER_1000] == pytest.approx(1000 * run.days[0].overflow_days / 200)
    assert found[Measure.KG_PER_KM] == pytest.approx(sum(day.kg for day in run.days) / (2 * found[Measure.KM]))
    week = typical_week([run])
    assert week.km[6] == 0
    assert sum(week.km) == pytest.approx(found[Measure.KM])


def test_nothing_emptied_has_no_fill() -> None:
    run = made_up(Task(Setting(seed=1, days=7, start=TOWN.start), HALFVOL), lambda _done, _total: None)
    still = type(run)(HALFVOL, 1, 200, tuple(day for day in run.days if day.vehicles == 0), {})
    found = figures(still, Factors())
    assert math.isnan(found[Measure.FILL_AT_EMPTYING])
    assert math.isnan(found[Measure.KG_PER_KM])


def test_contenders_are_compared_seed_by_seed() -> None:
    found = compare(made(HALFVOL, range(1, 9)), made(FIXED, range(1, 6)))
    assert found.changes[Measure.KM].count == 5
    assert found.changes[Measure.KM].mean == pytest.approx(-0.43, abs=0.02)
    assert found.means[Measure.KM].count == 8
    assert found.service is Service.BETTER
    alone = compare(made(HALFVOL, range(1, 3)), {})
    assert (alone.changes, alone.overflows, alone.service) == ({}, None, None)
    bound = above_bound(made(HALFVOL, range(1, 9)), made(CLAIRVOYANT, range(1, 9)))
    assert bound is not None
    assert bound.mean == pytest.approx(0.055, abs=0.02)
    assert above_bound(made(HALFVOL, range(1, 3)), {}) is None


def at(value: float, saving: float, overflows: float = 0.0) -> Point:
    verdict = Service.WORSE if overflows > EQUAL_WITHIN else Service.EQUAL
    return Point(value, saving, None, None, overflows, verdict, 1)


def end(curve: Curve) -> tuple[float, bool, bool]:
    (found,) = curve.vanishings()
    return round(found.at, 9), found.above, found.by_service


def test_where_a_gain_vanishes() -> None:
    falling = Curve(Varied.BAD_SENSORS, (at(0, 0.4), at(0.2, 0.1), at(0.4, -0.1)))
    assert end(falling) == (0.3, True, False)
    rising = Curve(Varied.CONTAINERS, (at(50, -0.1), at(150, 0.1), at(300, 0.4)))
    assert end(rising) == (100, False, False)
    worse = Curve(Varied.BAD_SENSORS, (at(0, 0.4, -0.1), at(0.2, 0.3, 0.3)))
    assert end(worse) == (0.1, True, True)
    both = Curve(Varied.BAD_SENSORS, (at(0, 0.1, 0.0), at(0.2, -0.3, 0.11)))
    assert end(both) == (0.05, True, False)
    never = Curve(Varied.VEHICLES, (at(1, 0.4), at(2, 0.3)))
    assert never.vanishings() == ()
    assert never.anywhere
    assert never.least.value == 2
    assert not Curve(Varied.VEHICLES, (at(1, 0.4, 1.0), at(2, -0.3))).anywhere


def test_the_curves_share_runs() -> None:
    wanted = sensitivity_tasks(ASKED, list(Varied), [1, 2])
    assert len({task.key for task in wanted}) == len(wanted)
    # Neither bad sensors nor worse forecasts are another town to the fixed schedule: trucks 2 more, containers 3 more.
    assert sum(task.contender is FIXED for task in wanted) == 2 * (1 + 2 + 3)
    assert sum(task.contender is HALFVOL for task in wanted) == 2 * (1 + 4 + 3 + 2 + 3)


def test_who_looks_at_no_sensor_runs_once() -> None:
    for contender, alike in ((FIXED, True), (CLAIRVOYANT, True), (HALFVOL, False), (Contender.THRESHOLD, False)):
        one, other = Task(TOWN, contender), Task(TOWN, contender).with_setting(bad_sensors=0.3)
        assert (one.key == other.key) is alike
        assert len(distinct([one, other])) == (1 if alike else 2)
        assert Task(TOWN, contender).with_setting(trucks=2).key != one.key
        assert Task(TOWN, contender, policy="[service]").key != one.key
    assert Task(TOWN, HALFVOL).with_setting(trucks=1).key == Task(TOWN, HALFVOL).with_setting(trucks=1.0).key
    assert Task(TOWN, FIXED, extract="/a/x", extract_digest="1").key == Task(TOWN, FIXED, "", "/b/x", "1").key


def test_the_number_of_trucks_is_the_simulated_towns() -> None:
    for factor in (1.0, 1.1, 1.5):
        setting = Setting(seed=1, containers=40, streets_km=1.0, days=1, warm_up_days=0, trucks=factor)
        assert trucks(setting) == len(World.of(setting).town.vehicles)
    values = [value for value, _ in circumstances(ASKED, Varied.VEHICLES)]
    assert values == sorted(set(values))


def test_a_task_as_json_and_back() -> None:
    task = Task(TOWN, HALFVOL, "[service]\noverflows_per_1000 = 2\n", "/x.osm.pbf", "ab")
    assert task_from_json(task.as_json()) == task
    for broken in ({}, {**task.as_json(), "contender": "nobody"}, {**task.as_json(), "setting": {"wheels": 3}}):
        with pytest.raises(InvalidInput):
            task_from_json(broken)
