"""The usual rule: empty what last measured above a threshold, by the shortest tour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.decide.night import Candidate
from routing.decide.policy import Policy
from simulators.evaluation.contents import Contents, Emptyings
from simulators.evaluation.fixed_schedule import ROUND_H, FixedSchedule
from simulators.evaluation.routes import must
from simulators.evaluation.sensing import Sensing
from simulators.evaluation.world import HOUR_S, World

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SILENT_S = 48 * 3600.0
"""A container whose sensor has said nothing usable for so long is emptied at the fixed schedule's interval."""
UNSEEN_LEVEL = 0.75
"""So much room is kept for a container whose level is not known."""
SETTLING_SHARE = 1 / 3
"""The first part of the training days does not count: all containers begin empty."""
EVENING_S = 4 * 3600.0
"""A day is planned so long before its midnight: at 20:00."""


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdRule:
    """The rule with its threshold. ``intervals_days`` (C,): for containers whose sensors are silent."""

    threshold: float
    intervals_days: NDArray[np.float64]

    def levels(self, sensing: Sensing, known_s: float) -> dict[int, float]:
        """What the rule sends trucks to, by position in ``Town.containers``, and the level that it takes it to have."""
        read_s, level = sensing.newest(known_s)
        emptied_s = sensing.emptied_s()
        # What was read before the last emptying says nothing of what has come since.
        fresh = read_s > np.nan_to_num(emptied_s, nan=-np.inf)
        above = fresh & (level > self.threshold)
        silent = ~(known_s - read_s < SILENT_S)
        waited_s = known_s + EVENING_S - np.nan_to_num(emptied_s, nan=-np.inf)
        overdue = silent & (waited_s > (self.intervals_days - 0.5) * 86_400)
        chosen = np.flatnonzero(above | overdue)
        guessed = np.where(above, np.clip(level, 0.0, 1.25), UNSEEN_LEVEL)
        return dict(zip(chosen.tolist(), guessed[chosen].tolist(), strict=True))

    def candidates(self, world: World, sensing: Sensing, known_s: float) -> list[Candidate]:
        """The same as what has to be visited."""
        return [must(world.town.containers[row], level) for row, level in self.levels(sensing, known_s).items()]


def trained(world: World, schedule: FixedSchedule, policy: Policy) -> ThresholdRule:
    """The highest threshold that keeps the service level on the days before those that count, else the lowest.

    Trucks are taken to come at noon and to have room for everything.
    """
    intervals = np.array([schedule.interval_days(container.fraction) for container in world.town.containers])
    allowed = policy.service.overflows_per_1000 / 1000
    for threshold in sorted(THRESHOLDS, reverse=True):
        rule = ThresholdRule(threshold, intervals)
        if threshold == min(THRESHOLDS) or _overflow_share(world, rule) <= allowed:
            return rule
    raise AssertionError("the lowest threshold is always taken")


def _overflow_share(world: World, rule: ThresholdRule) -> float:
    contents, sensing = Contents(world), Sensing(world)
    overflow_days = 0.0
    warm_up_days = world.setting.warm_up_days
    settled = round(warm_up_days * SETTLING_SHARE)
    for number in range(warm_up_days):
        midnight_s = float(world.midnights_s[number])
        rows = np.array(sorted(rule.levels(sensing, midnight_s - EVENING_S)), dtype=np.int64)
        if not world.days.working(world.day(number)):
            rows = rows[:0]
        day = contents.pass_day(number, Emptyings(rows, np.full(len(rows), midnight_s + ROUND_H * HOUR_S)))
        sensing.pass_day(number, day)
        if number >= settled:
            overflow_days += float(day.overflow_days.sum())
    return overflow_days / max(1, (warm_up_days - settled) * len(world.town.containers))
