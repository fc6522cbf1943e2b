"""Jobs and disposal sites: the places to visit."""

from __future__ import annotations

from typing import Any

from domain.errors import InvalidInput
from routing.amounts import Amount
from routing.problem import HIGHEST_PRIORITY, DisposalSite, Stop
from routing.wire.fields import DISPOSAL_SITE, JOB
from routing.wire.places import Locations
from routing.wire.values import (
    Object,
    a_truth,
    amounts,
    each,
    fraction,
    fractions,
    identifier,
    kg_and_l,
    made,
    missing,
    seconds,
    skills,
    take,
    whole,
    windows,
)

BY_FRACTION = "give both, or 'pickup' by fraction: {\"paper\": [kg, l], ..}"


def job(value: object, path: str, locations: Locations) -> Stop:
    """A job as a stop."""
    found = take(value, path, JOB)
    allowed, planned, prize = (found.get(name) for name in ("allowed_vehicles", "planned_vehicle", "prize"))
    return made(
        path,
        lambda: Stop(
            id=identifier(found["id"], f"{path}.id"),
            location=locations.row(found, path),
            amounts=_pickup(found, path),
            service_s=seconds(found.get("service", 0), f"{path}.service"),
            setup_s=seconds(found.get("setup", 0), f"{path}.setup"),
            prize=None if prize is None else whole(prize, f"{path}.prize"),
            priority=whole(found.get("priority", 0), f"{path}.priority", HIGHEST_PRIORITY),
            skills=skills(found.get("skills", []), f"{path}.skills"),
            allowed_vehicles=None
            if allowed is None
            else frozenset(each(allowed, f"{path}.allowed_vehicles", identifier)),
            time_windows=windows(found.get("time_windows", []), f"{path}.time_windows"),
            planned_vehicle=None if planned is None else identifier(planned, f"{path}.planned_vehicle"),
            done=a_truth(found.get("done", False), f"{path}.done"),
            release_s=seconds(found.get("release_time", 0), f"{path}.release_time"),
        ),
    )


def _pickup(found: Object, path: str) -> tuple[Amount, ...]:
    """What is collected: by fraction, or in the short form of one fraction."""
    pickup = found.get("pickup", [0, 0])
    if isinstance(pickup, dict):
        if "fraction" in found:
            raise InvalidInput("'pickup' names the fractions already", where=f"{path}.fraction", remedy="leave it out")
        return amounts(pickup, f"{path}.pickup")
    if "fraction" not in found:
        raise missing(path, "fraction", BY_FRACTION)
    kg, litres = kg_and_l(pickup, f"{path}.pickup")
    return (Amount(fraction(found["fraction"], f"{path}.fraction"), kg, litres),)


def disposal_site(value: object, path: str, locations: Locations) -> DisposalSite:
    """A disposal site."""
    found = take(value, path, DISPOSAL_SITE)
    return made(
        path,
        lambda: DisposalSite(
            id=identifier(found["id"], f"{path}.id"),
            location=locations.row(found, path),
            fractions=fractions(found["fractions"], f"{path}.fractions"),
            service_s=seconds(found.get("service", 0), f"{path}.service"),
            time_windows=windows(found.get("time_windows", []), f"{path}.time_windows"),
        ),
    )


def job_json(stop: Stop) -> dict[str, Any]:
    """A stop as a job, in the short form where it has one fraction; fields with their default are left out."""
    pickup = {amount.fraction.value: [amount.kg, amount.l] for amount in stop.amounts}
    short = len(pickup) == 1
    optional = {
        "setup": stop.setup_s,
        "service": stop.service_s,
        "priority": stop.priority,
        "skills": sorted(stop.skills),
        "time_windows": [list(window) for window in stop.time_windows],
        "done": stop.done,
        "release_time": stop.release_s,
    }
    return {
        "id": stop.id,
        "location_index": stop.location,
        **({"fraction": stop.amounts[0].fraction.value} if short else {}),
        "pickup": next(iter(pickup.values())) if short else pickup,
        **{name: value for name, value in optional.items() if value},
        **({} if stop.prize is None else {"prize": stop.prize}),
        **({} if stop.allowed_vehicles is None else {"allowed_vehicles": sorted(stop.allowed_vehicles)}),
        **({} if stop.planned_vehicle is None else {"planned_vehicle": stop.planned_vehicle}),
    }


def disposal_site_json(site: DisposalSite) -> dict[str, Any]:
    """A disposal site as JSON data; fields with their default are left out."""
    optional = {"service": site.service_s, "time_windows": [list(window) for window in site.time_windows]}
    return {
        "id": site.id,
        "location_index": site.location,
        "fractions": sorted(fraction.value for fraction in site.fractions),
        **{name: value for name, value in optional.items() if value},
    }
