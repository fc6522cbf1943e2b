"""A policy driven through a town's days, each day's plan made on the evening before from what was known then."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import numpy as np

from domain.plans import Urgency
from routing.decide import decide
from routing.decide.night import Candidate
from routing.decide.nights import night
from routing.decide.policy import Policy
from routing.forecast import Forecast
from routing.roads.graph import RoadGraph
from simulators import chance
from simulators.collection import FIRST_STOP_H, LAST_STOP_H
from simulators.evaluation.contents import Contents, DayOfContents, Emptyings
from simulators.evaluation.driving import NOTHING, Driven, drive
from simulators.evaluation.fixed_schedule import FixedSchedule, fixed_schedule
from simulators.evaluation.knowing import Forecasting, future
from simulators.evaluation.outcome import Contender, DayOutcome, Run
from simulators.evaluation.routes import Planned, plan_routes
from simulators.evaluation.sensing import Sensing
from simulators.evaluation.setting import Setting
from simulators.evaluation.threshold import EVENING_S, ThresholdRule, trained
from simulators.evaluation.world import HOUR_S, World

Progress = Callable[[int, int], None]
"""Called after every simulated day with how many are behind and how many there are."""

COUNTRY = "FI"
"""Whose public holidays are days off where the policy wants that: the simulated towns lie in Finland."""

_worlds: list[tuple[Setting, RoadGraph | None, World]] = []
_WORLDS = 2


def evaluate(
    setting: Setting,
    contender: Contender,
    *,
    policy: Policy | None = None,
    graph: RoadGraph | None = None,
    on_day: Progress | None = None,
) -> Run:
    """Simulate one contender: the same arguments give the same run, on any machine that is not starved of time.

    Contenders of the same setting see the same waste and the same sensors' luck. They are independent of each other and
    may run in processes of their own; in one process, one after the other, they share the town, its road matrix, its
    waste and its fixed routes.

    Parameters
    ----------
    policy
        What the municipality wants; its service level is also what the fixed schedule and the threshold are chosen by.
    graph
        Streets to stand on in place of those that the setting names.
    on_day
        Told about progress.

    Raises
    ------
    domain.errors.InvalidInput
        When the streets have no room for so many containers.
    domain.errors.NotFound
        When the setting names Helsinki's streets and the extract is not on this machine.
    simulators.evaluation.routes.PlanRejected
        When the independent checker finds a plan to break rules.
    """
    simulation = Simulation(setting, contender, policy or Policy(), graph)
    for number in range(simulation.world.simulated_days):
        simulation.pass_day(number)
        if on_day is not None:
            on_day(number + 1, simulation.world.simulated_days)
    return simulation.run()


def world_of(setting: Setting, graph: RoadGraph | None = None) -> World:
    """The world of a setting, built once as long as it is among the last two."""
    for known, streets, world in _worlds:
        if known == setting and streets is graph:
            return world
    world = World.of(setting, graph)
    _worlds[:] = [*_worlds[-(_WORLDS - 1) :], (setting, graph, world)]
    return world


class Simulation:
    """One contender in one world, day by day; :func:`evaluate` runs it to the end.

    Attributes
    ----------
    candidates, planned, driven, day
        Of the day that passed last: what was decided (nothing on a fixed schedule), the checked routes, what the trucks
        did, and what was in the containers; for whoever wants to know why a figure is what it is.
    """

    def __init__(self, setting: Setting, contender: Contender, policy: Policy, graph: RoadGraph | None = None) -> None:
        self._clock = _Clock()
        self._contender = contender
        self._policy = policy
        with self._clock.of("waste"):
            self.world = world_of(setting, graph)
            self.contents = Contents(self.world)
            self.schedule: FixedSchedule = fixed_schedule(self.world, policy)
        self.sensing = Sensing(self.world)
        self._forecasting = Forecasting(self.world, self.sensing)
        self._rule: ThresholdRule | None = None
        if contender is Contender.THRESHOLD:
            with self._clock.of("readings"):
                self._rule = trained(self.world, self.schedule, policy)
        self._outcomes: list[DayOutcome] = []
        self.candidates: Sequence[Candidate] = ()
        self.planned: Planned | None = None
        self.driven: Driven = NOTHING
        self.day: DayOfContents | None = None

    def pass_day(self, number: int) -> None:
        """Plan, drive and measure the simulated day of that number; all before it have passed."""
        world = self.world
        today = world.day(number)
        setting = world.setting
        self.candidates, self.planned, self.driven = (), None, NOTHING
        if number < setting.warm_up_days:
            self.driven = self._warm_up(number)
        elif self._contender is Contender.FIXED_SCHEDULE:
            with self._clock.of("routes"):
                self.planned = self.schedule.on(today)
        else:
            self._plan(today, float(world.midnights_s[number]) - EVENING_S)
        with self._clock.of("waste"):
            if self.planned is not None:
                self.driven = drive(
                    self.planned.problem,
                    self.planned.solution,
                    containers={container.id: container for container in world.town.containers},
                    found=self._content,
                    origin_s=float(world.midnights_s[number]),
                )
            self.day = self.contents.pass_day(number, self.driven.emptyings)
        if self._contender in {Contender.THRESHOLD, Contender.HALFVOL, Contender.CLAIRVOYANT}:
            with self._clock.of("readings"):
                self.sensing.pass_day(number, self.day)
        if number >= setting.uncounted_days:
            self._outcomes.append(self._outcome(today, self.day))

    def run(self) -> Run:
        """What has been counted so far."""
        return Run(
            contender=self._contender,
            seed=self.world.setting.seed,
            containers=len(self.world.town.containers),
            days=tuple(self._outcomes),
            seconds=dict(self._clock.seconds),
            chosen=self._chosen,
        )

    @property
    def _chosen(self) -> str:
        if self._contender is Contender.FIXED_SCHEDULE:
            return self.schedule.words
        return "" if self._rule is None else f"{self._rule.threshold:.0%}"

    def _warm_up(self, number: int) -> Driven:
        """The emptyings of a round of the fixed schedule, spread over the hours of work: no routes are needed yet."""
        rows = self.schedule.collected(self.world.day(number))
        hours = FIRST_STOP_H + (LAST_STOP_H - FIRST_STOP_H) * chance.uniform(self.world.setting.seed, "warm-up", rows)
        times_s = float(self.world.midnights_s[number]) + HOUR_S * hours[: len(rows)]
        return replace(NOTHING, emptyings=Emptyings(rows, times_s))

    def _plan(self, today: date, known_s: float) -> None:
        # Also on days without trucks: what a night learns, the next one builds upon.
        if self._rule is not None:
            with self._clock.of("decide"):
                self.candidates = self._rule.candidates(self.world, self.sensing, known_s)
        else:
            forecasts = self._forecasts(known_s)
            with self._clock.of("decide"):
                self.candidates = self._decided(today, forecasts, known_s)
        wanted = [each for each in self.candidates if each.urgency is not Urgency.SKIP]
        if wanted and self.world.days.working(today):
            with self._clock.of("routes"):
                self.planned = plan_routes(
                    self.world,
                    today,
                    wanted,
                    self._policy,
                    iterations=self.world.setting.iterations,
                    all_required=False,
                )

    def _forecasts(self, known_s: float) -> dict[int, Forecast]:
        if self._contender is Contender.CLAIRVOYANT:
            return future(self.world, self.contents, self.sensing.emptied_s(), known_s)
        with self._clock.of("readings"):
            histories = self._forecasting.histories(known_s)
        with self._clock.of("forecast"):
            return self._forecasting.forecasts(histories, known_s)

    def _decided(self, today: date, forecasts: dict[int, Forecast], known_s: float) -> list[Candidate]:
        world = self.world
        evening = night(
            world.town.containers,
            today,
            days=world.days,
            forecasts=forecasts,
            policy=self._policy,
            depot=world.town.depots[0].position,
            known_s=known_s,
            street_classes=world.street_classes,
            country=COUNTRY,
        )
        return decide(evening, self._policy)

    def _content(self, container_id: int, moment_s: float) -> float:
        return float(self.contents.at(np.array([container_id - 1]), np.array([moment_s]))[0])

    def _outcome(self, today: date, day: DayOfContents) -> DayOutcome:
        containers = self.world.town.containers
        rows = day.emptyings.rows.tolist()
        taken = (day.found - day.left).tolist()
        return DayOutcome(
            day=today,
            distance_m=self.driven.distance_m,
            duration_s=self.driven.duration_s,
            vehicles=self.driven.vehicles,
            stops=len(rows),
            kg=round(sum(containers[row].full_mass_kg * share for row, share in zip(rows, taken, strict=True))),
            fill_at_emptying=float(day.found.sum()),
            overflow_days=float(day.overflow_days.sum()),
            overflow_l=float(self.world.capacities_l @ day.overflow),
            unserved=0 if self.planned is None else self.planned.unserved,
        )


class _Clock:
    """Seconds of processor time by stage: those of a machine that does other things as well say nothing."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.seconds[stage] += time.process_time() - began
