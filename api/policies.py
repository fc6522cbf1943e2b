"""The policy of a municipality as it is stored."""

from __future__ import annotations

from domain.containers import Municipality
from routing.decide.policy import Policy
from routing.decide.policy_file import read_policy
from storage import policies
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
