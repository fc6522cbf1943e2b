"""Runs made up by hand for the tests of what is made of them: nothing is simulated."""

from __future__ import annotations

import math
import time
from datetime import timedelta

from deploy.evaluate.simulate import Progress
from deploy.evaluate.task import Task
from domain.errors import InvalidInput
from simulators.evaluation.outcome import Contender, DayOutcome, Run
from simulators.evaluation.setting import Setting

KM = {
    Contender.FIXED_SCHEDULE: 1.0,
    Contender.THRESHOLD: 0.8,
    Contender.HALFVOL: 0.57,
    Contender.CLAIRVOYANT: 0.54,
}
OVERFLOWS = {
    Contender.FIXED_SCHEDULE: 0.7,
    Contender.THRESHOLD: 2.4,
    Contender.HALFVOL: 0.6,
    Contender.CLAIRVOYANT: 0.1,
}
TOWN = Setting(seed=1, containers=200, days=14, warm_up_days=7, settling_days=0)
ASKED = Task(TOWN, Contender.HALFVOL)


def made_up(task: Task, on_day: Progress) -> Run:
    """A run in which bad sensors cost kilometres and service, and every seed is a little different."""
    setting, contender = task.setting, task.contender
    bad = setting.bad_sensors + setting.missing_sensors if contender in {Contender.HALFVOL, Contender.THRESHOLD} else 0
    noise = setting.growth_noise if contender is Contender.HALFVOL else 0
    share = KM[contender] * (1 + 0.02 * math.sin(7 * setting.seed + 3 * list(Contender).index(contender)))
    overflows = OVERFLOWS[contender] * (1 + 0.3 * math.sin(setting.seed)) + 3 * max(0.0, bad - 0.25) + 0.8 * noise
    days: list[DayOutcome] = []
    for number in range(setting.days):
        today = setting.start + timedelta(days=number)
        busy = 0 if today.isoweekday() == 7 else 1 + 0.2 * math.cos(today.isoweekday())
        metres = 400 * setting.containers * share * busy * (1 + 0.9 * bad + 0.5 * noise)
        stops = round(0.3 * setting.containers * share * busy)
        days.append(
            DayOutcome(
                day=today,
                distance_m=round(metres),
                duration_s=round(metres / 4 + 240 * stops),
                vehicles=0 if not busy else 1 + round(3 * share),
                stops=stops,
                kg=55 * setting.containers,
                fill_at_emptying=stops * min(0.95, 0.45 / share),
                overflow_days=setting.containers * overflows / 1000,
                overflow_l=40.0 * overflows,
            )
        )
        on_day(number + 1, setting.days)
    return Run(contender, setting.seed, setting.containers, tuple(days), {"routes": 0.1}, "by hand")


def failing(task: Task, on_day: Progress) -> Run:
    """Like :func:`made_up`, but large towns have no room and the clairvoyant has a bug."""
    if task.setting.containers > 300:
        raise InvalidInput("its streets have no room for so many sites")
    if task.contender is Contender.CLAIRVOYANT:
        raise ZeroDivisionError
    return made_up(task, on_day)


def endless(task: Task, on_day: Progress) -> Run:
    """The first seed is done at once, the others never are."""
    if task.setting.seed == 1:
        return made_up(task, on_day)
    while True:
        on_day(1, 2)
        time.sleep(0.05)


def dying(task: Task, on_day: Progress) -> Run:
    """The process ends in the middle, as by want of memory."""
    import os  # noqa: PLC0415

    on_day(1, 2)
    os._exit(9)


def unhurried(task: Task, on_day: Progress) -> Run:
    """Like :func:`made_up`, taking long enough for another worker to take the next one."""
    time.sleep(0.2)
    return made_up(task, on_day)
