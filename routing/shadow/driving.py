"""What the trucks of one world do on a day, and the side of the comparison that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from domain.containers import Container
from domain.factors import Factors
from domain.plans import Plan, StepKind, Urgency
from domain.saving import Side
from routing.decide.policy import Rates
from routing.forecast import Forecast, Outlook
from routing.forecast.together import Together
from routing.shadow.overflow import expected_overflow
from routing.solution import Solution


@dataclass(frozen=True, slots=True)
class Driving:
    """Routes in figures. ``visits_s``: by container id, when it is emptied (epoch seconds); ``unserved``: required
    stops for which no truck had room."""

    distance_m: int
    duration_s: int
    vehicles: int
    visits_s: Mapping[int, float]
    unserved: int

    @classmethod
    def of_plan(cls, plan: Plan) -> Driving:
        """That of a plan."""
        steps = [step for route in plan.routes for step in route.steps if step.kind is StepKind.EMPTYING]
        return cls(
            distance_m=plan.distance_m,
            duration_s=plan.duration_s,
            vehicles=len(plan.routes),
            visits_s={
                step.container_id: step.arrives_at.timestamp() for step in steps if step.container_id is not None
            },
            unserved=sum(each.urgency is Urgency.MUST and not each.visited for each in plan.decisions),
        )

    @classmethod
    def of_solution(cls, solution: Solution, *, origin_s: float) -> Driving:
        """That of a solution whose seconds count from ``origin_s``; its stops are containers, all of them required."""
        steps = [step for route in solution.routes for step in route.steps]
        return cls(
            distance_m=solution.distance_m,
            duration_s=solution.duration_s,
            vehicles=len(solution.routes),
            visits_s={step.stop_id: origin_s + step.begins_s for step in steps if step.stop_id is not None},
            unserved=len(solution.unassigned),
        )

    def side(
        self,
        seen: Outlook,
        forecasts: Mapping[int, Forecast],
        containers: Mapping[int, Container],
        *,
        rates: Rates,
        begins_s: float,
        ends_s: float,
    ) -> Side:
        """What it comes to in a world whose containers stand as its ``forecasts`` say, on the day between two
        midnights (epoch seconds)."""
        overflow = expected_overflow(seen, forecasts, self.visits_s, begins_s=begins_s, ends_s=ends_s)
        factors = Factors(rates.per_km, rates.per_hour, rates.per_vehicle)
        euros = factors.euros(distance_m=self.distance_m, duration_s=self.duration_s, vehicles=self.vehicles)
        return Side(
            distance_m=self.distance_m,
            duration_s=self.duration_s,
            vehicles=self.vehicles,
            stops=len(self.visits_s),
            kg=round(self._kg(forecasts, containers)),
            cost=round(100 * euros),
            overflow_days=overflow.days,
            overflow_sd=overflow.sd,
            unserved=self.unserved,
        )

    def _kg(self, forecasts: Mapping[int, Forecast], containers: Mapping[int, Container]) -> float:
        visited = [each for each in self.visits_s if each in containers]
        if not visited:
            return 0.0
        levels = Together.of([forecasts[each] for each in visited]).means(
            np.array([self.visits_s[each] for each in visited])
        )
        mass = np.array([containers[each].full_mass_kg for each in visited])
        return float((np.clip(levels, 0.0, None) * mass).sum())
