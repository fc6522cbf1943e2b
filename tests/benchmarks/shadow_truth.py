"""How near the world that is not driven comes to the truth, in simulated towns where the truth is known.

``python -m tests.benchmarks.shadow_truth --seeds 3 --days 42 --bad-sensors 0.33``. In the real world containers are
emptied when they are seven tenths full; the sensors, with all their faults, and the drivers tell of that world only. In
the other one the evaluation's fixed schedule empties them. Every evening the other world is worked out as the nightly
job does, and compared with what is in it.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from domain.saving import OtherLevel
from routing.decide.policy import Policy
from routing.forecast import Outlook, Place, outlook
from routing.forecast.fractions import FRACTIONS
from routing.forecast.learning import calibrate
from routing.forecast.what_if import forecasts_if
from routing.shadow.other_world import OtherWorld
from routing.shadow.overflow import expected_overflow
from simulators import chance
from simulators.collection import FIRST_STOP_H, LAST_STOP_H
from simulators.evaluation.contents import Contents, Emptyings
from simulators.evaluation.fixed_schedule import FixedSchedule, fixed_schedule
from simulators.evaluation.sensing import Sensing
from simulators.evaluation.setting import Setting
from simulators.evaluation.threshold import EVENING_S
from simulators.evaluation.world import HOUR_S, World

FULL_ENOUGH = 0.7
"""From here on a container is emptied in the real world."""

UNTIL_COUNTED_DAYS = 14
"""After the worlds have parted so many days are not counted: every container should have had its round."""


@dataclass
class Truth:
    """What was compared: levels in the other world less what is worked out, and overflow on both sides."""

    errors: list[NDArray[np.float64]]
    sds: list[NDArray[np.float64]]
    expected: float = 0.0
    variance: float = 0.0
    happened: float = 0.0


def look(
    world: World, sensing: Sensing, known_s: float, stored: dict[int, OtherLevel], before: Outlook | None
) -> Outlook:
    """The night's outlook; what was learned on the first one is kept."""
    town = world.town
    fractions = {container.id: container.fraction for container in town.containers}
    histories = sensing.histories(known_s, since_s=known_s - 60 * 24 * HOUR_S)
    groups = np.array([FRACTIONS.index(each.fraction) for each in town.containers], dtype=np.int64)
    place = Place(town.time_zone, None)
    return outlook(
        histories,
        fractions=fractions,
        at_s=known_s,
        place=place,
        positions={container.id: container.position for container in town.containers},
        calibration=before.basis.calibration
        if before is not None
        else calibrate(list(histories.values()), groups, place=place, at_s=known_s),
        since_s={container_id: level.at.timestamp() for container_id, level in stored.items()},
    )


def rounds_of(world: World, schedule: FixedSchedule, number: int) -> Emptyings:
    """The schedule's emptyings of a day, spread over the hours of work."""
    rows = schedule.collected(world.day(number))
    hours = FIRST_STOP_H + (LAST_STOP_H - FIRST_STOP_H) * chance.uniform(world.setting.seed, "rounds", rows)
    return Emptyings(rows, float(world.midnights_s[number]) + HOUR_S * hours[: len(rows)])


def compare(setting: Setting) -> Truth:
    """Drive both worlds through the days of a setting."""
    world = World.of(setting, None)
    schedule = fixed_schedule(world, Policy())
    real, other, sensing = Contents(world), Contents(world), Sensing(world)
    everyone = np.arange(len(world.town.containers))
    stored: dict[int, OtherLevel] = {}
    truth, seen = Truth([], []), None
    for number in range(setting.simulated_days):
        midnight_s, parted = float(world.midnights_s[number]), number >= setting.warm_up_days
        rounds = rounds_of(world, schedule, number)
        if parted:
            known_s = midnight_s - EVENING_S
            seen = look(world, sensing, known_s, stored, seen)
            night = OtherWorld.of(seen, stored, world.day(number))
            ids = seen.ids[rounds.rows].tolist()
            visits_s = dict(zip(ids, rounds.times_s.tolist(), strict=True))
            if number >= setting.warm_up_days + UNTIL_COUNTED_DAYS:
                truth.errors.append(night.now.level - other.at(everyone, night.now.at_s))
                truth.sds.append(night.now.level_sd)
                expected = expected_overflow(
                    seen,
                    forecasts_if(seen, night.now),
                    visits_s,
                    begins_s=midnight_s,
                    ends_s=float(world.midnights_s[number + 1]),
                )
                truth.expected += expected.days
                truth.variance += expected.sd**2
            stored |= {level.container_id: level for level in night.after(seen, visits_s)}
        passed = other.pass_day(number, rounds)
        if number >= setting.warm_up_days + UNTIL_COUNTED_DAYS:
            truth.happened += float(passed.overflow_days.sum())
        morning_s = np.full(len(everyone), midnight_s + 9 * HOUR_S)
        full = np.flatnonzero(real.at(everyone, morning_s) > FULL_ENOUGH)
        needed = Emptyings(full, morning_s[full]) if parted else rounds
        sensing.pass_day(number, real.pass_day(number, needed))
    return truth


def main() -> None:
    """Compare for several towns, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--containers", type=int, default=200)
    parser.add_argument("--days", type=int, default=42)
    parser.add_argument("--bad-sensors", type=float, default=0.0)
    arguments = parser.parse_args()
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        setting = Setting(
            seed=seed,
            containers=arguments.containers,
            days=arguments.days,
            settling_days=0,
            streets_km=3.0,
            bad_sensors=arguments.bad_sensors,
        )
        truth = compare(setting)
        error, sd = np.concatenate(truth.errors), np.concatenate(truth.sds)
        inside = (np.abs(error) < 1.96 * sd).mean()
        last = setting.start + timedelta(days=setting.days - 1)
        print(
            f"seed {seed}, {setting.containers} containers until {last}: level off by {np.abs(error).mean():.3f}, bias"
            f" {error.mean():+.4f}, {inside:.0%} within 95 %; overflow expected {truth.expected:.1f}"
            f" +- {1.96 * truth.variance**0.5:.1f}, happened {truth.happened:.1f}"
        )


if __name__ == "__main__":
    main()
