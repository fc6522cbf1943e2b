"""Emptyings as drivers report them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.representations.base import GivenMoment, Moment, Representation, Share
from domain.fleet import Emptying

Seen = Annotated[float, Field(ge=0, le=2, description="What the driver saw before emptying, a share of the capacity")]


class EmptyingReport(Representation):
    """A container was emptied. The id in the address is made by the client, so that sending twice is harmless."""

    container_id: int
    emptied_at: GivenMoment
    observed_fill_level: Seen | None = None
    route_id: int | None = None


class StoredEmptying(Representation):
    """A reported emptying; ``withdrawnAt`` is set when the report was taken back."""

    id: UUID
    container_id: int
    emptied_at: Moment
    reported_at: Moment
    observed_fill_level: Share | None
    route_id: int | None
    withdrawn_at: Moment | None

    @classmethod
    def of(cls, emptying: Emptying) -> StoredEmptying:
        """From an emptying."""
        return cls(
            id=emptying.id,
            container_id=emptying.container_id,
            emptied_at=emptying.emptied_at,
            reported_at=emptying.reported_at,
            observed_fill_level=emptying.observed_fill_level,
            route_id=emptying.route_id,
            withdrawn_at=emptying.withdrawn_at,
        )


class Emptyings(Representation):
    """Oldest first."""

    emptyings: list[StoredEmptying]
