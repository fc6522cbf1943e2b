"""The planning job: joins what storage knows with what routing can, and saves the plan of a day.

``inputs`` loads, ``stops`` turns forecasts into a problem, ``routes`` turns the solution into routes with geometry,
``fixed_schedule`` measures the saving, ``run`` does one after the other.
"""

from __future__ import annotations

from api.planning.inputs import require_ready
from api.planning.run import PlanningRun, PlanRejected, Progress, make_plan, next_round_date, run_planning

__all__ = ["PlanRejected", "PlanningRun", "Progress", "make_plan", "next_round_date", "require_ready", "run_planning"]
