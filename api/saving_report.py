"""The saving of a period of a municipality, read from what its nights stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from zoneinfo import ZoneInfo

from api.policies import load_policy
from domain.containers import Municipality
from domain.factors import Factors
from domain.saving import ComparedDay
from routing.shadow.comparison import Comparison, compare, monday_of
from routing.shadow.exclusions import LEAST_TRUSTED
from storage import shadow
from storage.database import Connection

USUAL_WEEKS = 13
"""A period that nobody chose reaches back so many weeks from the newest day."""


@dataclass(frozen=True, slots=True)
class ChosenFactors:
    """Factors that replace the municipality's own; None: its own. As in ``domain.factors.Factors``."""

    cents_per_km: float | None = None
    cents_per_hour: float | None = None
    cents_per_vehicle: float | None = None
    diesel_l_per_km: float | None = None
    diesel_l_per_emptying: float | None = None
    co2_kg_per_l: float | None = None


OWN = ChosenFactors()


@dataclass(frozen=True, slots=True)
class SavingReport:
    """A period compared, with all its days, whether they count or not. ``shadow_only``: how the town runs now."""

    comparison: Comparison
    days: tuple[ComparedDay, ...]
    shadow_only: bool


def load(
    connection: Connection,
    municipality: Municipality,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    chosen: ChosenFactors = OWN,
    least_trusted: float = LEAST_TRUSTED,
) -> SavingReport:
    """Compare the days from ``first`` to ``last``; where either is None, the newest ``USUAL_WEEKS``.

    Raises
    ------
    InvalidInput
        When the period ends before it begins, or a factor is none.
    """
    policy = load_policy(connection, municipality)
    last = last or _newest(connection, municipality)
    first = first or monday_of(last) - dt.timedelta(weeks=USUAL_WEEKS - 1)
    own = {
        "cents_per_km": policy.rates.per_km,
        "cents_per_hour": policy.rates.per_hour,
        "cents_per_vehicle": policy.rates.per_vehicle,
    }
    given = {field.name: value for field in fields(chosen) if (value := getattr(chosen, field.name)) is not None}
    days = shadow.days(connection, municipality_id=municipality.id, first=first, last=last)
    comparison = compare(days, first=first, last=last, factors=Factors(**{**own, **given}), least_trusted=least_trusted)
    return SavingReport(comparison, tuple(days), policy.shadow_only)


def _newest(connection: Connection, municipality: Municipality) -> dt.date:
    found = shadow.span(connection, municipality.id)
    return dt.datetime.now(ZoneInfo(municipality.time_zone)).date() if found is None else found[1]
