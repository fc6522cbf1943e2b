"""A new plan for the rest of the day as JSON data: a solution, and what it changes."""

from __future__ import annotations

from typing import Any

from routing.places import Places
from routing.replan import Replanned
from routing.replanning.changes import Change
from routing.wire.document import document_json
from routing.wire.solutions import solution_json


def replanned_json(
    replanned: Replanned, places: Places | None = None, *, distances: str = "given", with_problem: bool = False
) -> dict[str, Any]:
    """What :func:`routing.wire.solutions.solution_json` tells, with the changes beside it.

    ``with_problem`` adds the problem of the rest of the day, from which one may go on replanning.
    """
    found = solution_json(replanned.problem, replanned.solution, places=places, distances=distances)
    found["summary"]["moved"] = len(replanned.moved)
    found["changes"] = [_change(change) for change in replanned.changes]
    found["stranded"] = [
        {
            "vehicle": vehicle,
            "load": {amount.fraction.value: [amount.kg, amount.l] for amount in aboard},
        }
        for vehicle, aboard in replanned.stranded.items()
    ]
    found["late"] = [{"vehicle": vehicle, "seconds": seconds} for vehicle, seconds in replanned.late.items()]
    if with_problem:
        found["problem"] = document_json(replanned.problem, places)
    return found


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.stop_id,
        "change": change.kind.value,
        "reason": change.reason.value,
        "from_vehicle": change.before,
        "to_vehicle": change.after,
        **({} if change.unassigned is None else {"unassigned": change.unassigned.value}),
    }
