"""Sensitivity: what is varied, one thing at a time, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deploy.evaluate.compare import EQUAL_WITHIN, Comparison, Service
from deploy.evaluate.figures import Measure
from deploy.evaluate.task import Task, distinct, tasks
from simulators.evaluation.outcome import Contender
from simulators.evaluation.setting import Setting
from simulators.fleet import TRUCK_KINDS

COMPARED = (Contender.FIXED_SCHEDULE, Contender.HALFVOL)
SMALLEST_TOWN = 40


class Varied(StrEnum):
    """What is varied."""

    BAD_SENSORS = "bad_sensors"
    FORECAST_ERROR = "forecast_error"
    VEHICLES = "vehicles"
    CONTAINERS = "containers"


VALUES: Mapping[Varied, tuple[float, ...]] = {
    Varied.BAD_SENSORS: (0.0, 0.1, 0.2, 0.33, 0.5),
    Varied.FORECAST_ERROR: (0.0, 0.25, 0.5, 1.0),
    Varied.VEHICLES: (0.5, 1.0, 2.0),
    Varied.CONTAINERS: (0.25, 0.5, 1.0, 2.0),
}
"""Shares of the sensors, half of these bad and half missing; the standard deviation of the logarithm of the growth's
error; shares of the town's trucks; shares of the asked number of containers."""


@dataclass(frozen=True, slots=True)
class Point:
    """The saving at one value: a share of the fixed schedule's kilometres, and the service beside it.

    ``saving`` with its interval (None for one seed); ``overflows``: difference in 1,000 container-days.
    """

    value: float
    saving: float
    low: float | None
    high: float | None
    overflows: float
    service: Service
    seeds: int

    @property
    def gain(self) -> bool:
        """Whether something is saved, at a service that is not worse."""
        return self.saving > 0 and self.service is not Service.WORSE

    @property
    def doubtful(self) -> bool:
        """Whether what looks like a saving may be chance."""
        return self.saving > 0 and self.low is not None and self.low <= 0


@dataclass(frozen=True, slots=True)
class Vanishing:
    """Where a gain ends on a curve. ``above``: there is none above ``at``; else there is none below it.

    ``by_service``: because the service becomes worse than the fixed schedule's, not because nothing is saved.
    """

    at: float
    above: bool
    by_service: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by rising value."""

    varied: Varied
    points: tuple[Point, ...]

    @property
    def least(self) -> Point:
        """Where the saving is smallest."""
        return min(self.points, key=lambda point: point.saving)

    @property
    def anywhere(self) -> bool:
        """Whether there is a gain at any point."""
        return any(point.gain for point in self.points)

    def vanishings(self) -> tuple[Vanishing, ...]:
        """Every place between two points where a gain begins or ends, by a straight line between them."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple(_between(one, other) for one, other in pairs if one.gain != other.gain)


def circumstances(like: Task, varied: Varied) -> list[tuple[float, Task]]:
    """The values as the report tells them, by rising value, each with the circumstances that it means.

    Trucks and containers are told by their number; values that come to the same number are one.
    """
    if varied is Varied.BAD_SENSORS:
        return [(v, like.with_setting(bad_sensors=v / 2, missing_sensors=v / 2)) for v in VALUES[varied]]
    if varied is Varied.FORECAST_ERROR:
        return [(v, like.with_setting(growth_noise=v)) for v in VALUES[varied]]
    if varied is Varied.VEHICLES:
        found = [like.with_setting(trucks=v * like.setting.trucks) for v in VALUES[varied]]
        return sorted({trucks(each.setting): each for each in found}.items())
    base = like.setting.containers
    sizes = sorted({round(base * v) for v in VALUES[varied] if v >= 1 or base * v >= SMALLEST_TOWN})
    return [(size, like.with_setting(containers=size)) for size in sizes]


def trucks(setting: Setting) -> int:
    """How many trucks a simulated town has."""
    return sum(
        math.ceil(round(setting.trucks * math.ceil(setting.containers / kind.containers_each), 6))
        for kind in TRUCK_KINDS
    )


def sensitivity_tasks(like: Task, varied: Iterable[Varied], seeds: Sequence[int]) -> list[Task]:
    """The runs of the curves; those that several need once."""
    return distinct(
        task for each in varied for _, other in circumstances(like, each) for task in tasks(other, COMPARED, seeds)
    )


def point(value: float, comparison: Comparison) -> Point | None:
    """What a comparison with the fixed schedule says at one value; None where there was nothing to compare."""
    if comparison.overflows is None or comparison.service is None:
        return None
    km = comparison.changes[Measure.KM]
    return Point(
        value=value,
        saving=-km.mean,
        low=None if km.high is None else -km.high,
        high=None if km.low is None else -km.low,
        overflows=comparison.overflows.mean,
        service=comparison.service,
        seeds=km.count,
    )


def _between(one: Point, other: Point) -> Vanishing:
    good, bad = (one, other) if one.gain else (other, one)
    crossings: list[tuple[float, bool]] = []
    if bad.saving <= 0:
        crossings.append((good.saving / (good.saving - bad.saving), False))
    if bad.service is Service.WORSE:
        rise = bad.overflows - good.overflows
        # Where the verdict turned without the means passing the margin, all that is known is: between the two.
        share = (EQUAL_WITHIN - good.overflows) / rise if good.overflows < EQUAL_WITHIN < bad.overflows else 0.5
        crossings.append((share, True))
    share, by_service = min(crossings)
    return Vanishing(good.value + share * (bad.value - good.value), bad.value > good.value, by_service)
