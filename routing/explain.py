"""Decisions as sentences in English and Dutch that a driver accepts."""

from __future__ import annotations

from datetime import datetime, tzinfo

from domain.plans import Decision


def explain(decision: Decision, *, at: datetime, time_zone: tzinfo) -> dict[str, str]:
    """Say in one sentence per language ("en", "nl") why the container is visited or skipped.

    ``at``: when the round begins; ``time_zone``: of the municipality, for weekdays.
    """
    raise NotImplementedError
