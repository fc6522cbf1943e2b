"""The policy of each municipality as the text that people wrote: the newest version counts, all are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.errors import InvalidInput, NotFound
from storage.database import Connection
from storage.errors import Conflict
from storage.rows import fetch_all, fetch_new, fetch_one, fetch_value

LONGEST_TEXT = 1_000_000
"""Characters; rings of a hundred districts are a tenth of it."""


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """One version of a municipality's policy.

    ``version`` counts from 1; ``text`` is the file as ``routing.decide.policy_file`` reads it; ``saved_by`` is who
    said so, ``note`` why.
    """

    version: int
    text: str
    note: str
    saved_by: str
    saved_at: datetime


def get(connection: Connection, municipality_id: int) -> StoredPolicy | None:
    """The version that counts; None where the municipality never set one, so that the default counts."""
    query = """
        SELECT version, text, note, saved_by, saved_at FROM policy
        WHERE municipality_id = %s ORDER BY version DESC LIMIT 1"""
    return fetch_one(connection, StoredPolicy, query, [municipality_id])


def get_version(connection: Connection, *, municipality_id: int, version: int) -> StoredPolicy:
    """One version.

    Raises
    ------
    NotFound
        When the municipality has no such version.
    """
    query = """
        SELECT version, text, note, saved_by, saved_at FROM policy WHERE municipality_id = %s AND version = %s"""
    found = fetch_one(connection, StoredPolicy, query, [municipality_id, version])
    if found is None:
        raise NotFound(f"there is no version {version} of the policy", remedy="see: halfvol policy history")
    return found


def history(connection: Connection, municipality_id: int) -> list[StoredPolicy]:
    """Every version, newest first."""
    query = """
        SELECT version, text, note, saved_by, saved_at FROM policy
        WHERE municipality_id = %s ORDER BY version DESC"""
    return fetch_all(connection, StoredPolicy, query, [municipality_id])


def put(
    connection: Connection, *, municipality_id: int, replaces: int, text: str, note: str, saved_by: str
) -> StoredPolicy:
    """Store a new version in place of the one that was looked at.

    Parameters
    ----------
    replaces
        The version that the writer saw; 0: none yet.

    Raises
    ------
    Conflict
        When another version came in between.
    InvalidInput
        When the text is longer than ``LONGEST_TEXT`` or holds a NUL, which PostgreSQL cannot keep.
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"the policy has {len(text)} characters", remedy=f"at most {LONGEST_TEXT} are kept")
    if "\0" in text + note + saved_by:
        raise InvalidInput("the text holds a NUL character", remedy="save it as plain text")
    # Two writers at once: the second waits here, and then sees that it is late.
    connection.execute("SELECT FROM municipality WHERE id = %s FOR NO KEY UPDATE", [municipality_id])
    newest = fetch_value(connection, "SELECT max(version) FROM policy WHERE municipality_id = %s", [municipality_id])
    counting = newest or 0
    if counting != replaces:
        what = f"the policy has become version {counting} since version {replaces} was looked at"
        raise Conflict(what, remedy="look at the new version, and change that one")
    query = """
        INSERT INTO policy (municipality_id, version, text, note, saved_by) VALUES (%s, %s, %s, %s, %s)
        RETURNING version, text, note, saved_by, saved_at"""
    return fetch_new(connection, StoredPolicy, query, [municipality_id, counting + 1, text, note, saved_by])
