"""Vehicles: body, day, prices, and what of the day is already fixed."""

from __future__ import annotations

from typing import Any

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.amounts import LATEST_S
from routing.vehicle import Break, Compartment, DrivingRule, Vehicle, Visit
from routing.wire.dimensions import profile_of
from routing.wire.fields import BREAK, COMPARTMENT, COSTS, DRIVING_RULE, VEHICLE, VISIT
from routing.wire.places import Locations
from routing.wire.values import (
    Object,
    a_text,
    a_truth,
    amounts,
    each,
    fractions,
    identifier,
    kg_and_l,
    made,
    missing,
    pair,
    seconds,
    skills,
    take,
    whole,
    window,
    windows,
)

VISIT_TYPES = {"job": StepKind.EMPTYING, "disposal": StepKind.DISPOSAL}
"""What a prefix may hold, in the words of steps."""

_TYPE_OF = {step_kind: name for name, step_kind in VISIT_TYPES.items()}

_NONE_OF_THESE = "use the short form ('fractions' and 'capacity') for a single body, 'compartments' otherwise"


def vehicle(value: object, path: str, locations: Locations, *, profile: str) -> Vehicle:
    """A vehicle; ``profile`` is the one that it drives by unless it names another."""
    found = take(value, path, VEHICLE)
    costs_path = f"{path}.costs"
    costs = take(found.get("costs", {}), costs_path, COSTS)
    starts_s, ends_s = window(found.get("time_window", [0, LATEST_S]), f"{path}.time_window")
    if ends_s == starts_s:
        raise InvalidInput(f"ends ({ends_s}) when it starts", where=f"{path}.time_window")
    max_kg, max_l = pair(found.get("max_pickup", [None, None]), f"{path}.max_pickup", "two caps, [kg, l]", _cap)
    rule = found.get("driving_rule")
    return made(
        path,
        lambda: Vehicle(
            id=identifier(found["id"], f"{path}.id"),
            start=locations.row(found, path, "start"),
            end=locations.row(found, path, "end"),
            compartments=_compartments(found, path),
            starts_s=starts_s,
            ends_s=ends_s,
            max_duration_s=None
            if found.get("max_duration") is None
            else seconds(found["max_duration"], f"{path}.max_duration"),
            max_overtime_s=seconds(found.get("max_overtime", 0), f"{path}.max_overtime"),
            breaks=each(found.get("breaks", []), f"{path}.breaks", _break),
            driving_rule=None if rule is None else _driving_rule(rule, f"{path}.driving_rule"),
            fixed_cost=whole(costs.get("fixed", 0), f"{costs_path}.fixed"),
            cost_per_km=whole(costs.get("per_km", 0), f"{costs_path}.per_km"),
            cost_per_hour=whole(costs.get("per_hour", 3600), f"{costs_path}.per_hour"),
            cost_per_overtime_hour=whole(costs.get("per_overtime_hour", 0), f"{costs_path}.per_overtime_hour"),
            max_trips=_cap(found.get("max_trips"), f"{path}.max_trips"),
            max_stops=_cap(found.get("max_tasks"), f"{path}.max_tasks"),
            max_kg=max_kg,
            max_l=max_l,
            initial_load=amounts(found.get("initial_load", {}), f"{path}.initial_load"),
            ends_empty=a_truth(found.get("ends_empty", True), f"{path}.ends_empty"),
            skills=skills(found.get("skills", []), f"{path}.skills"),
            profile=a_text(found.get("profile", profile_of(found, path) or profile), f"{path}.profile"),
            prefix=each(found.get("prefix", []), f"{path}.prefix", _visit),
            under_way=a_truth(found.get("under_way", False), f"{path}.under_way"),
            departed_s=None if found.get("departed") is None else seconds(found["departed"], f"{path}.departed"),
        ),
    )


def _compartments(found: Object, path: str) -> tuple[Compartment, ...]:
    """The parts of the body, or the single body of the short form."""
    if "compartments" in found:
        for name in ("fractions", "capacity"):
            if name in found:
                raise InvalidInput("'compartments' says it already", where=f"{path}.{name}", remedy=_NONE_OF_THESE)
        return each(found["compartments"], f"{path}.compartments", _compartment)
    for name in ("fractions", "capacity"):
        if name not in found:
            raise missing(path, name, _NONE_OF_THESE)
    return (_body(found, path),)


def _compartment(value: object, path: str) -> Compartment:
    return _body(take(value, path, COMPARTMENT), path)


def _body(found: Object, path: str) -> Compartment:
    kg, litres = kg_and_l(found["capacity"], f"{path}.capacity")
    return Compartment(fractions(found["fractions"], f"{path}.fractions"), kg, litres)


def _break(value: object, path: str) -> Break:
    found = take(value, path, BREAK)
    if "description" in found:
        a_text(found["description"], f"{path}.description")
    return Break(
        id=identifier(found["id"], f"{path}.id"),
        duration_s=seconds(found["service"], f"{path}.service"),
        time_windows=windows(found.get("time_windows", []), f"{path}.time_windows"),
    )


def _driving_rule(value: object, path: str) -> DrivingRule:
    found = take(value, path, DRIVING_RULE)
    named = {"driving": "driving_s", "rest": "rest_s", "driven": "driven_s"}
    given = {named[name]: seconds(inner, f"{path}.{name}") for name, inner in found.items()}
    return made(path, lambda: DrivingRule(**given))


def _visit(value: object, path: str) -> Visit:
    found = take(value, path, VISIT)
    name = a_text(found["type"], f"{path}.type")
    if name not in VISIT_TYPES:
        raise InvalidInput("is nothing to visit", where=f"{path}.type", remedy=f"choose from {', '.join(VISIT_TYPES)}")
    return Visit(VISIT_TYPES[name], identifier(found["id"], f"{path}.id"))


def _cap(value: object, path: str) -> int | None:
    return None if value is None else whole(value, path)


def vehicle_json(given: Vehicle) -> dict[str, Any]:
    """A vehicle as JSON data, in the short form where it has one body; fields with their default are left out."""
    compartments = [
        {
            "fractions": sorted(fraction.value for fraction in each.fractions),
            "capacity": [each.capacity_kg, each.capacity_l],
        }
        for each in given.compartments
    ]
    optional = {
        "max_overtime": given.max_overtime_s,
        "breaks": [_break_json(each) for each in given.breaks],
        "initial_load": {amount.fraction.value: [amount.kg, amount.l] for amount in given.initial_load},
        "skills": sorted(given.skills),
        "prefix": [{"type": _TYPE_OF[visit.kind], "id": visit.id} for visit in given.prefix],
        "under_way": given.under_way,
    }
    nullable = {
        "max_duration": given.max_duration_s,
        "max_trips": given.max_trips,
        "max_tasks": given.max_stops,
        "driving_rule": None if given.driving_rule is None else _driving_rule_json(given.driving_rule),
        "departed": given.departed_s,
        "max_pickup": None if given.max_kg is None and given.max_l is None else [given.max_kg, given.max_l],
    }
    return {
        "id": given.id,
        "profile": given.profile,
        "start_index": given.start,
        "end_index": given.end,
        **(compartments[0] if len(compartments) == 1 else {"compartments": compartments}),
        "time_window": [given.starts_s, given.ends_s],
        "costs": {
            "fixed": given.fixed_cost,
            "per_km": given.cost_per_km,
            "per_hour": given.cost_per_hour,
            "per_overtime_hour": given.cost_per_overtime_hour,
        },
        **({} if given.ends_empty else {"ends_empty": False}),
        **{name: value for name, value in optional.items() if value},
        **{name: value for name, value in nullable.items() if value is not None},
    }


def _break_json(given: Break) -> dict[str, Any]:
    windows_json = [list(window) for window in given.time_windows]
    return {"id": given.id, "service": given.duration_s} | ({"time_windows": windows_json} if windows_json else {})


def _driving_rule_json(given: DrivingRule) -> dict[str, int]:
    return {"driving": given.driving_s, "rest": given.rest_s, "driven": given.driven_s}
