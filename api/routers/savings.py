"""What was saved against the fixed schedule, measured on the town's own days."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from api import saving_report
from api.dependencies import LanguageOf, MunicipalityOf, Transaction
from api.representations.savings import Savings, savings_of
from api.saving_report import ChosenFactors
from routing.shadow.exclusions import LEAST_TRUSTED

router = APIRouter(tags=["savings"])

Factor = Annotated[float | None, Query(ge=0, allow_inf_nan=False)]


@router.get("/savings")
def get_savings(
    *,
    connection: Transaction,
    municipality: MunicipalityOf,
    language: LanguageOf,
    first_date: Annotated[
        dt.date | None, Query(alias="firstDate", description="Default: 13 weeks before the last date")
    ] = None,
    last_date: Annotated[
        dt.date | None, Query(alias="lastDate", description="Included; default: the newest date that was compared")
    ] = None,
    least_trusted: Annotated[
        float,
        Query(alias="leastTrusted", ge=0, le=1, description="Share of the containers with a trusted reading"),
    ] = LEAST_TRUSTED,
    cents_per_km: Annotated[Factor, Query(alias="centsPerKm")] = None,
    cents_per_hour: Annotated[Factor, Query(alias="centsPerHour")] = None,
    cents_per_vehicle: Annotated[Factor, Query(alias="centsPerVehicle")] = None,
    diesel_l_per_km: Annotated[Factor, Query(alias="dieselLitresPerKm")] = None,
    diesel_l_per_emptying: Annotated[Factor, Query(alias="dieselLitresPerEmptying")] = None,
    co2_kg_per_l: Annotated[Factor, Query(alias="carbonDioxideKgPerLitre")] = None,
) -> Savings:
    """The saving of a period per week and in total, with its uncertainty, and every day with why it does not count.

    Costs follow the municipality's policy and CO2 the stated factors, where none is given.
    """
    report = saving_report.load(
        connection,
        municipality,
        first=first_date,
        last=last_date,
        least_trusted=least_trusted,
        chosen=ChosenFactors(
            cents_per_km=cents_per_km,
            cents_per_hour=cents_per_hour,
            cents_per_vehicle=cents_per_vehicle,
            diesel_l_per_km=diesel_l_per_km,
            diesel_l_per_emptying=diesel_l_per_emptying,
            co2_kg_per_l=co2_kg_per_l,
        ),
    )
    return savings_of(report, language)
