"""What reaches the platform of what is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from domain.observations import Quality
from routing.trust.readings import CODE
from simulators.evaluation.contents import Contents, DayOfContents, Emptyings
from simulators.evaluation.sensing import Sensing
from simulators.evaluation.world import HOUR_S, World
from simulators.sensors import Fault

DAYS = 4


def passed(world: World) -> tuple[Sensing, list[DayOfContents]]:
    """A few days on each of which every third container is emptied at ten."""
    sensing, contents = Sensing(world), Contents(world)
    seen: list[DayOfContents] = []
    for number in range(DAYS):
        rows = np.arange(number % 3, len(world.town.containers), 3)
        at_s = np.full(len(rows), world.midnights_s[number] + 10 * HOUR_S)
        seen.append(contents.pass_day(number, Emptyings(rows, at_s)))
        sensing.pass_day(number, seen[-1])
    return sensing, seen


@pytest.fixture(scope="module")
def told(world: World) -> tuple[Sensing, list[DayOfContents]]:
    return passed(world)


def test_readings_follow_the_truth_through_the_emptyings(
    world: World, told: tuple[Sensing, list[DayOfContents]]
) -> None:
    sensing, days = told
    histories = sensing.histories(float(world.midnights_s[DAYS]), since_s=float(world.midnights_s[0]))
    errors: list[float] = []
    for container in world.town.containers:
        history = histories[container.id]
        assert (np.diff(history.times_s) > 0).all()
        for number, day in enumerate(days):
            low, high = world.midnights_s[number : number + 2]
            mine = history.good & (history.times_s >= low) & (history.times_s < high)
            truth = day.at(world, np.full(mine.sum(), container.id - 1), history.times_s[mine])
            errors += np.abs(history.levels[mine] - truth).tolist()
    assert len(errors) > 1000
    # Noise of 2 cm in containers of 1.2 to 2.4 m, with a few no-echoes and strays.
    assert np.median(errors) < 0.02
    assert np.quantile(errors, 0.97) < 0.06


def test_nothing_is_known_before_it_has_arrived(world: World, told: tuple[Sensing, list[DayOfContents]]) -> None:
    evening_s = float(world.midnights_s[2]) + 20 * HOUR_S
    for history in told[0].histories(evening_s, since_s=0.0).values():
        assert not len(history.times_s) or history.times_s.max() <= evening_s
        assert not len(history.emptied_s) or history.emptied_s.max() <= evening_s
    keeping = [sensor for sensor in world.town.sensors if sensor.upload_every_s and sensor.fault is Fault.NONE]
    later = told[0].histories(float(world.midnights_s[DAYS]), since_s=0.0)
    early = told[0].histories(evening_s, since_s=0.0)
    # Sensors that upload four times a day have measured what has not arrived yet.
    missing = [(later[s.container_id].times_s <= evening_s).sum() - len(early[s.container_id].times_s) for s in keeping]
    assert max(missing) > 0


def test_drivers_report_every_emptying_and_what_they_saw(
    world: World, told: tuple[Sensing, list[DayOfContents]]
) -> None:
    sensing, days = told
    histories = sensing.histories(float(world.midnights_s[DAYS]), since_s=0.0)
    for row in range(len(world.town.containers)):
        history = histories[row + 1]
        mine = [
            (float(day.emptyings.times_s[i]), float(day.found[i]))
            for day in days
            for i in np.flatnonzero(day.emptyings.rows == row)
        ]
        assert history.emptied_s.tolist() == [when for when, _ in mine]
        assert history.observed_levels is not None
        assert np.abs(history.observed_levels - [level for _, level in mine]).max() < 0.35


def test_drivers_who_do_not_look_report_the_emptying_alone(world: World) -> None:
    blind = replace(world, setting=replace(world.setting, drivers_look=False))
    histories = passed(blind)[0].histories(float(world.midnights_s[DAYS]), since_s=0.0)
    levels = [history.observed_levels for history in histories.values()]
    assert all(each is not None and np.isnan(each).all() for each in levels)
    assert sum(len(history.emptied_s) for history in histories.values()) == 4 * len(levels) // 3


def test_a_sensor_that_is_not_there_or_a_year_ahead_tells_nothing(world: World) -> None:
    gone, ahead = world.town.sensors[3], world.town.sensors[5]
    changed = tuple(
        replace(each, registered=False)
        if each is gone
        else replace(each, fault=Fault.CLOCK_AHEAD)
        if each is ahead
        else each
        for each in world.town.sensors
    )
    poorer = replace(world, town=replace(world.town, sensors=changed))
    histories = passed(poorer)[0].histories(float(world.midnights_s[DAYS]), since_s=0.0)
    assert len(histories[gone.container_id].times_s) == 0
    assert len(histories[ahead.container_id].times_s) == 0


def test_the_newest_reading_is_the_newest_usable_one(world: World, told: tuple[Sensing, list[DayOfContents]]) -> None:
    known_s = float(world.midnights_s[DAYS]) - 4 * HOUR_S
    times_s, levels = told[0].newest(known_s)
    for identifier, history in told[0].histories(known_s, since_s=0.0).items():
        usable = np.flatnonzero(history.good)
        if len(usable):
            assert times_s[identifier - 1] == history.times_s[usable[-1]]
            assert levels[identifier - 1] == history.levels[usable[-1]]
        else:
            assert np.isnan(times_s[identifier - 1])


def test_a_reading_during_an_emptying_is_tilted_where_the_sensor_tells(world: World) -> None:
    sensor = next(each for each in world.town.sensors if each.model != "LDDS45" and each.registered)
    row = sensor.container_id - 1
    midnight = int(world.midnights_s[0])
    first = (sensor.offset_s - midnight) % sensor.interval_s
    moments = midnight + first + sensor.interval_s * np.arange(86_400 // sensor.interval_s)
    sensing, contents = Sensing(world), Contents(world)
    sensing.pass_day(0, contents.pass_day(0, Emptyings.none()))
    arrived = sensing.histories(float(world.midnights_s[1]), since_s=0.0)[sensor.container_id].times_s
    at_s = float(next(moment for moment in moments.tolist() if moment in set(arrived.tolist())))
    again, emptied = Sensing(world), Contents(world)
    again.pass_day(0, emptied.pass_day(0, Emptyings(np.array([row]), np.array([at_s + 60]))))
    history = again.histories(float(world.midnights_s[1]), since_s=0.0)[sensor.container_id]
    assert history.quality is not None
    assert history.quality[history.times_s == at_s].tolist() == [CODE[Quality.TILTED]]
