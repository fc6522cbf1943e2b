"""Emptyings as readings and drivers tell of them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Verdict(StrEnum):
    """How a report and the readings go together."""

    CONFIRMED = "confirmed"
    """Reported, and the readings show it."""
    MISSED = "missed"
    """Reported emptied, and still full."""
    UNSEEN = "unseen"
    """Reported, and no readings that could tell."""
    UNREPORTED = "unreported"
    """The readings show it and nobody reported it."""


@dataclass(frozen=True, slots=True)
class JudgedEmptying:
    """One emptying of a container, or one that was reported and did not happen.

    It happened between ``begins_at`` and ``ends_at``. ``confidence``: probability that the container was emptied at
    all, 0..1; ``level_before``, ``level_after``: shares of the capacity (None: not known); ``reported_at``: when by the
    driver's report ``emptying_id``.
    """

    container_id: int
    begins_at: datetime
    ends_at: datetime
    verdict: Verdict
    confidence: float
    level_before: float | None
    level_after: float | None
    reported_at: datetime | None = None
    emptying_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EmptyingState:
    """When a container was last emptied (None: not lately), and since when a reported emptying of it is missing."""

    container_id: int
    last_emptied_at: datetime | None
    missed_at: datetime | None
