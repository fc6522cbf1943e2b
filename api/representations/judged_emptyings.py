"""Emptyings as readings and drivers tell of them together."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.representations.base import Moment, Representation, Share
from domain.judged_emptyings import JudgedEmptying, Verdict


class JudgedEmptyingFound(Representation):
    """It happened between ``beginsAt`` and ``endsAt``, if it did.

    ``verdict``: confirmed (reported, and the readings show it), missed (reported, and the container is still full),
    unseen (reported, and no readings could tell), unreported (the readings show it and nobody reported it).
    """

    container_id: int
    begins_at: Moment
    ends_at: Moment
    verdict: Verdict
    confidence: Annotated[float, Field(description="Probability that the container was emptied at all, 0 to 1")]
    level_before: Share | None
    level_after: Share | None
    reported_at: Moment | None = Field(description="When it was emptied by the driver's report")
    emptying_id: UUID | None = Field(description="The driver's report, see /v1/emptyings")

    @classmethod
    def of(cls, each: JudgedEmptying) -> JudgedEmptyingFound:
        """From a judged emptying."""
        return cls(
            container_id=each.container_id,
            begins_at=each.begins_at,
            ends_at=each.ends_at,
            verdict=each.verdict,
            confidence=each.confidence,
            level_before=each.level_before,
            level_after=each.level_after,
            reported_at=each.reported_at,
            emptying_id=each.emptying_id,
        )


class JudgedEmptyings(Representation):
    """Oldest first."""

    judged_emptyings: list[JudgedEmptyingFound]
