"""What the engines exchange: the order in which each vehicle visits stops and disposal sites, without times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from domain.plans import StepKind
from routing.problem import Problem, Visit
from routing.solution import Route

Visits = Mapping[int, Sequence[Visit]]
"""By vehicle id; a vehicle that stays in the yard is absent or empty. Breaks are not among the visits."""

Improved = Callable[[Visits], None]
"""Called by an engine with each better set of visits that it finds."""


class Engine(Protocol):
    """Searches one problem in which every stop can be served by at least one vehicle.

    Stops at ``time_limit_s``, or after ``iterations`` of its own kind without improvement; with ``iterations`` reached
    before the time limit the same ``seed`` gives the same answer. ``start`` is where the search begins. Returns the
    visits, those of ``start`` if it finds nothing better, None if it finds nothing at all.
    """

    def __call__(  # noqa: D102 - the class says it
        self,
        problem: Problem,
        *,
        time_limit_s: float,
        seed: int,
        iterations: int,
        start: Visits | None = None,
        on_improved: Improved | None = None,
    ) -> Visits | None: ...


def rests_of(route: Route) -> int:
    """How many rests of a driving rule a route has."""
    return sum(step.kind is StepKind.BREAK and step.break_id is None for step in route.steps)


def visits_of(routes: Mapping[int, Route]) -> dict[int, list[Visit]]:
    """The visits that routes make, by vehicle id."""
    return {
        vehicle_id: [
            Visit(step.kind, identifier)
            for step in route.steps
            if (identifier := step.stop_id if step.kind is StepKind.EMPTYING else step.disposal_site_id) is not None
        ]
        for vehicle_id, route in routes.items()
    }
