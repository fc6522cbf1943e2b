"""Whether the service works: for load balancers, monitoring, and people in doubt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from api.dependencies import MunicipalityOf, Transaction
from api.representations.base import Moment, Representation
from storage import containers

router = APIRouter(tags=["health"])


class Health(Representation):
    """All is well when this answers at all; a database that is away gives a problem with status 503."""

    status: Literal["ok"] = "ok"
    municipality: str
    newest_observation_at: Moment | None
    newest_observation_age_s: int | None = Field(description="Seconds; large when no sensor gets through any more")


@router.get("/health")
def get_health(connection: Transaction, municipality: MunicipalityOf) -> Health:
    """Whether the database answers, and how old the newest fill level is."""
    moments = [state.observed_at for state in containers.fill_states(connection, municipality.id)]
    newest = max((moment for moment in moments if moment is not None), default=None)
    age_s = None if newest is None else max(0, round((datetime.now(UTC) - newest).total_seconds()))
    return Health(municipality=municipality.code, newest_observation_at=newest, newest_observation_age_s=age_s)
