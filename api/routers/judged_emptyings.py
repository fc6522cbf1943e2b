"""What the readings say about emptyings, laid beside what drivers reported; judged each night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import MunicipalityOf, Transaction
from api.identifiers import OfContainer
from api.representations.base import GivenMoment
from api.representations.judged_emptyings import JudgedEmptyingFound, JudgedEmptyings
from domain.judged_emptyings import Verdict
from storage import judged_emptyings

router = APIRouter(tags=["emptyings"])

DEFAULT_PERIOD = timedelta(days=28)
LIMIT = 10_000


@router.get("/judged-emptyings")
def list_judged_emptyings(
    *,
    connection: Transaction,
    municipality: MunicipalityOf,
    since: Annotated[GivenMoment | None, Query(description="Ended at or after; default: 28 days ago")] = None,
    container_id: OfContainer = None,
    verdict: Annotated[Verdict | None, Query(description="Only these: missed ones are left to be collected")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT, description="Only the newest so many")] = 1000,
) -> JudgedEmptyings:
    """Emptyings seen and reported, missed and unreported, each with its time interval and confidence."""
    found = judged_emptyings.list_for(
        connection,
        municipality_id=municipality.id,
        since=since or datetime.now(UTC) - DEFAULT_PERIOD,
        container_id=container_id,
        verdict=verdict,
        limit=limit,
    )
    return JudgedEmptyings(judged_emptyings=[JudgedEmptyingFound.of(each) for each in found])
