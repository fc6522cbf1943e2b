"""A run as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from domain.errors import InvalidInput
from simulators.evaluation.outcome import Contender, DayOutcome, Run


def run_as_json(run: Run) -> dict[str, Any]:
    """All of it, exactly."""
    return {
        "contender": str(run.contender),
        "seed": run.seed,
        "containers": run.containers,
        "days": [_day(day) for day in run.days],
        "chosen": run.chosen,
        "seconds": {stage: round(seconds, 3) for stage, seconds in run.seconds.items()},
    }


def run_from_json(document: Mapping[str, Any]) -> Run:
    """The run that :func:`run_as_json` wrote.

    Raises
    ------
    InvalidInput
        When something is missing or of the wrong kind.
    """
    try:
        return Run(
            contender=Contender(document["contender"]),
            seed=int(document["seed"]),
            containers=int(document["containers"]),
            days=tuple(DayOutcome(**(day | {"day": date.fromisoformat(day["day"])})) for day in document["days"]),
            seconds=dict(document["seconds"]),
            chosen=str(document["chosen"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"is no outcome of a run ({error})") from None


def _day(day: DayOutcome) -> dict[str, Any]:
    return asdict(day) | {"day": day.day.isoformat()}
