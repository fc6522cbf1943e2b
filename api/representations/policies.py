"""The municipality's policy, its versions, and what replaces it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.representations.base import Moment, Representation
from storage.policies import LONGEST_TEXT, StoredPolicy

Version = Annotated[int, Field(ge=0, description="Counts from 1; 0: none was ever set, and the usual policy counts")]
Text = Annotated[str, Field(max_length=LONGEST_TEXT, description="TOML, see docs/policy.md")]
Note = Annotated[str, Field(max_length=500, description="Why it was changed")]
By = Annotated[str, Field(max_length=100, description="Who changed it, in their own words")]


class PolicyVersion(Representation):
    """One version of the policy, without its text."""

    version: Version
    note: Note
    saved_by: By
    saved_at: Moment | None = Field(description="Null: it is the usual policy, which nobody set")


class WholePolicy(PolicyVersion):
    """One version of the policy."""

    text: Text


class PolicyVersions(Representation):
    """Newest first; the first counts."""

    versions: list[PolicyVersion]


class PolicyChange(Representation):
    """A policy to take the place of the version that was looked at."""

    text: Text
    replaces: Version
    note: Note = ""
    saved_by: By = ""


def whole(stored: StoredPolicy) -> WholePolicy:
    """A version with its text."""
    return WholePolicy(**dict(version(stored)), text=stored.text)


def version(stored: StoredPolicy) -> PolicyVersion:
    """A version without its text."""
    return PolicyVersion(version=stored.version, note=stored.note, saved_by=stored.saved_by, saved_at=stored.saved_at)
