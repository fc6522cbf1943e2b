"""Whether a policy can be followed in the town as it is today."""

from __future__ import annotations

from api.planning.country import country_of
from api.planning.stops import street_classes
from domain.containers import Container, Municipality
from domain.errors import NotFound
from routing.days import WorkingDays, time_zone
from routing.decide.policy import Policy
from routing.decide.policy_file import read_policy
from routing.decide.policy_problem import InvalidPolicy
from routing.decide.town_contradictions import town_contradictions
from routing.roads.graph import RoadGraph
from storage import containers, fleet, roads
from storage.database import Connection


def check_policy(connection: Connection, municipality: Municipality, text: str, *, where: str) -> Policy:
    """The policy that a text holds, which the containers, streets and trucks of today can follow.

    Parameters
    ----------
    where
        What to call it in errors.

    Raises
    ------
    InvalidPolicy
        When settings cannot be right, contradict each other, or cannot be followed; all are told at once.
    InvalidInput
        When it is no TOML.
    """
    policy = read_policy(text.encode(), where=where)
    its_containers = containers.list_for(connection, municipality.id)
    its_fleet = fleet.load(connection, municipality.id)
    problems = town_contradictions(
        policy,
        containers=its_containers,
        days=WorkingDays(its_fleet.vehicles, its_fleet.shifts, its_fleet.rounds, time_zone(municipality.time_zone)),
        street_classes=_street_classes(connection, municipality, its_containers, policy),
        country=country_of(municipality.time_zone),
    )
    if problems:
        raise InvalidPolicy(problems, where=where)
    return policy


def _street_classes(
    connection: Connection, municipality: Municipality, its_containers: list[Container], policy: Policy
) -> dict[int, str]:
    if not any(hours.road_classes for hours in policy.quiet_hours):
        return {}
    try:
        _, graph = roads.load(connection, municipality.id)
    except NotFound:
        return {}
    return street_classes(RoadGraph.from_bytes(graph), its_containers, policy)
