"""What happened on the road so far, from JSON; described in ``docs/replanning.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeGuard

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.matrix import Matrix
from routing.places import Places
from routing.problem import Problem
from routing.replanning.situation import REST, ChangedWay, DoneVisit, Situation, TruckState
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.wire.fields import Fields
from routing.wire.jobs import job
from routing.wire.matrices import matrices
from routing.wire.places import Approach, Locations, Measure
from routing.wire.values import (
    Object,
    a_text,
    a_truth,
    amounts,
    an_array,
    each,
    identifier,
    made,
    missing,
    seconds,
    take,
    whole,
)

SITUATION = Fields(("now",), ("vehicles", "jobs", "dropped_jobs", "ways", "matrices"))
TRUCK = Fields(("id",), ("done", "location_index", "available_from", "load", "driven", "broken_down", "locked"))
DONE = Fields(("type",), ("id", "departure", "pickup"))
WAY = Fields(("from_index", "to_index"), ("distance", "duration", "profile"))

_KINDS = {"job": StepKind.EMPTYING, "disposal": StepKind.DISPOSAL, "break": StepKind.BREAK}


def read_situation(
    value: object,
    problem: Problem,
    *,
    places: Places,
    measure: Measure | None = None,
    profiles: Mapping[str, TruckProfile] | None = None,
) -> tuple[Situation, Places]:
    """Build a situation from parsed JSON, with the places and names of its new jobs beside those known.

    Parameters
    ----------
    problem
        The problem that is being driven.
    places, measure
        Where its locations lie, and what makes matrices: so that new jobs may have coordinates alone. Places that are
        measured anew are approached from any side.
    profiles
        The truck of each profile of the problem; of those not named it is the standard one.

    Raises
    ------
    InvalidInput
        When it is no situation; the JSON path is named.
    """
    root = take(value, "", SITUATION)
    given = matrices(root["matrices"]) if "matrices" in root else None
    size = problem.size if given is None else next(iter(given.values())).size
    jobs = list(an_array(root.get("jobs", []), "jobs"))
    rows = size
    for number, entry in enumerate(jobs):
        # A job with coordinates alone gets a row of its own behind those that there are.
        if given is None and measure is not None and isinstance(entry, dict) and "location_index" not in entry:
            jobs[number] = entry | {"location_index": rows}
            rows += 1
    locations = Locations(rows)
    extra = each(jobs, "jobs", lambda entry, path: job(entry, path, locations))
    if rows > size and measure is not None:
        given = _measured(problem, places, locations, rows, measure, profiles=profiles or {})
    now_s = seconds(root["now"], "now")
    trucks = each(root.get("vehicles", []), "vehicles", lambda one, path: _truck(one, path, size))
    dropped = frozenset(each(root.get("dropped_jobs", []), "dropped_jobs", identifier))
    ways = each(root.get("ways", []), "ways", lambda one, path: _way(one, path, size))
    situation = Situation(now_s, trucks, extra, dropped, ways, given)
    # Names stand in the documents that have been read: of text, by ids.
    names = {stop.id: str(entry["description"]) for stop, entry in zip(extra, jobs, strict=True) if _named(entry)}
    return situation, replace(
        places, positions={**places.positions, **locations.positions}, stops={**places.stops, **names}
    )


def _named(entry: object) -> TypeGuard[Object]:
    return isinstance(entry, dict) and "description" in entry


def _measured(
    problem: Problem,
    places: Places,
    locations: Locations,
    rows: int,
    measure: Measure,
    *,
    profiles: Mapping[str, TruckProfile],
) -> dict[str, Matrix]:
    """Matrices of the problem's locations and, behind them, those of new jobs."""
    places.require(problem)
    known = {row: position for row, position in places.positions.items() if row < problem.size} | locations.positions
    missing_rows = [row for row in range(rows) if row not in known]
    if missing_rows:
        raise InvalidInput(
            f"nothing says where location {missing_rows[0]} lies",
            where="jobs",
            remedy="give every new job 'location': [longitude, latitude]",
        )
    anywhere: list[Approach] = ["unrestricted"] * rows
    trucks = {profile: profiles.get(profile, STANDARD_TRUCK) for profile in problem.matrices}
    return dict(measure([known[row] for row in range(rows)], anywhere, trucks))


def _truck(value: object, path: str, size: int) -> TruckState:
    found = take(value, path, TRUCK)
    done = found.get("done")
    return made(
        path,
        lambda: TruckState(
            vehicle_id=identifier(found["id"], f"{path}.id"),
            done=None if done is None else each(done, f"{path}.done", _done),
            location=_row(found["location_index"], f"{path}.location_index", size)
            if "location_index" in found
            else None,
            free_s=seconds(found["available_from"], f"{path}.available_from") if "available_from" in found else None,
            load=amounts(found["load"], f"{path}.load") if "load" in found else None,
            driven_s=seconds(found["driven"], f"{path}.driven") if "driven" in found else None,
            broken_down=a_truth(found.get("broken_down", False), f"{path}.broken_down"),
            locked=whole(found.get("locked", 0), f"{path}.locked"),
        ),
    )


def _done(value: object, path: str) -> DoneVisit:
    found = take(value, path, DONE)
    kind = _KINDS.get(str(found["type"]))
    if kind is None:
        raise InvalidInput("is no kind of visit", where=f"{path}.type", remedy=f"choose from {', '.join(_KINDS)}")
    return made(
        path,
        lambda: DoneVisit(
            kind,
            _done_id(found, kind, path),
            seconds(found["departure"], f"{path}.departure") if "departure" in found else None,
            amounts(found["pickup"], f"{path}.pickup") if "pickup" in found else None,
        ),
    )


def _done_id(found: Object, kind: StepKind, path: str) -> int:
    if "id" not in found and kind is StepKind.BREAK:
        return REST
    if "id" not in found:
        raise missing(path, "id")
    return identifier(found["id"], f"{path}.id")


def _way(value: object, path: str, size: int) -> ChangedWay:
    found = take(value, path, WAY)
    return made(
        path,
        lambda: ChangedWay(
            _row(found["from_index"], f"{path}.from_index", size),
            _row(found["to_index"], f"{path}.to_index", size),
            whole(found["distance"], f"{path}.distance") if "distance" in found else None,
            seconds(found["duration"], f"{path}.duration") if "duration" in found else None,
            a_text(found["profile"], f"{path}.profile") if "profile" in found else None,
        ),
    )


def _row(value: object, path: str, size: int) -> int:
    row = whole(value, path)
    if row >= size:
        raise InvalidInput(f"{row} is outside the matrices", where=path, remedy=f"they know 0 to {size - 1}")
    return row
