"""The policy of a municipality as it is stored, and what the town's containers and trucks make of one."""

from __future__ import annotations

from domain.containers import Municipality
from routing.days import WorkingDays, time_zone
from routing.decide.policy import Policy
from routing.decide.policy_file import read_policy
from routing.decide.policy_problem import InvalidPolicy
from routing.decide.town_contradictions import town_contradictions
from storage import containers, fleet, policies
from storage.database import Connection


def load_policy(connection: Connection, municipality: Municipality) -> Policy:
    """The policy that counts; the usual one where the municipality never set any.

    Raises
    ------
    InvalidInput
        When this version of Halfvol cannot read what an older one stored.
    """
    stored = policies.get(connection, municipality.id)
    if stored is None:
        return Policy()
    return read_policy(stored.text.encode(), where=f"version {stored.version} of the policy of {municipality.name}")


def check_policy(
    connection: Connection, municipality: Municipality, text: str, *, where: str, country: str | None
) -> Policy:
    """The policy that a text holds, which the containers and trucks of today can follow.

    Parameters
    ----------
    where
        What to call it in errors.
    country
        ISO 3166 code of the country whose public holidays are kept; None: not known.

    Raises
    ------
    InvalidPolicy
        When settings cannot be right, contradict each other, or cannot be followed; all are told at once.
    InvalidInput
        When it is no TOML.
    """
    policy = read_policy(text.encode(), where=where)
    its_fleet = fleet.load(connection, municipality.id)
    problems = town_contradictions(
        policy,
        containers=containers.list_for(connection, municipality.id),
        days=WorkingDays(its_fleet.vehicles, its_fleet.shifts, its_fleet.rounds, time_zone(municipality.time_zone)),
        country=country,
    )
    if problems:
        raise InvalidPolicy(problems, where=where)
    return policy
