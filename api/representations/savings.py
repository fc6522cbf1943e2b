"""The saving of a period against the fixed schedule."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.language import Language
from api.representations.base import Representation
from api.saving_report import SavingReport
from api.saving_words import measure_label, reason_label, sentences
from domain.factors import Factors
from domain.saving import ComparedDay, Exclusion, Side, World
from routing.shadow.comparison import Measure, Overflow, Saving, Unit, Week


class SavingFactors(Representation):
    """What kilometres, hours, trucks and emptyings amount to."""

    cents_per_km: float
    cents_per_hour: float
    cents_per_vehicle: float
    diesel_litres_per_km: float
    diesel_litres_per_emptying: float
    carbon_dioxide_kg_per_litre: float = Field(description="Kilograms of CO2 for a litre of diesel, well to wheel")


class MeasuredSaving(Representation):
    """One measure in both worlds over the same days."""

    measure: Measure
    label: str
    halfvol: float
    fixed_schedule: float
    saved: float = Field(description="The fixed schedule's less Halfvol's")
    share: float | None = Field(description="Saved, as a share of the fixed schedule's; negative when it is more")
    low: float | None = Field(description="Interval of 95 % around the share; null where there are too few days")
    high: float | None


class MeasuredOverflow(Representation):
    """Container-days of overflow: expected in both worlds, observed in the one that was driven."""

    container_days: int
    halfvol: float
    halfvol_sd: float = Field(description="Standard deviation around what is expected")
    fixed_schedule: float
    fixed_schedule_sd: float
    observed: float = Field(description="In the world that was driven, where good readings tell")
    heard: float = Field(description="Container-days that good readings tell of")


class SavingWeek(Representation):
    """One ISO week; ``days`` of it count."""

    start_date: dt.date
    days: int
    savings: list[MeasuredSaving]
    overflow: MeasuredOverflow


class DaySide(Representation):
    """One date in one of the worlds."""

    distance_m: int
    duration_s: int
    vehicles: int
    stops: int
    unserved: int = Field(description="Required stops for which no truck had room")
    kg: int
    cost: int = Field(description="Cents, by the rates of that night's policy")
    overflow_days: float = Field(description="Container-days expected to overflow")
    overflow_sd: float


class ExcludedReason(Representation):
    """Why a date does not count, and that in the language that was asked for."""

    reason: Exclusion
    label: str


class SavingDay(Representation):
    """One date; it counts when there is no reason against it."""

    date: dt.date
    driven: World = Field(description="Whose routes the trucks drove; the other side is worked out")
    plan_id: int | None
    approved: bool
    halfvol: DaySide | None
    fixed_schedule: DaySide | None
    reasons: list[ExcludedReason]
    trusted_share: float = Field(description="Share of the containers with a fresh reading that can be trusted")
    settled_share: float = Field(description="Share of the containers emptied in Halfvol's world since measuring began")
    emptied_share: float | None = Field(description="Share of the planned stops, of those known of, that were made")
    extra_emptyings: int | None = Field(description="Containers emptied without being planned")
    observed_overflow_days: float | None
    heard_share: float | None = Field(description="Share of the container-days that good readings tell of")


class Savings(Representation):
    """The saving of a period."""

    first_date: dt.date
    last_date: dt.date
    shadow_only: bool = Field(description="The town runs Halfvol beside the fixed schedule, and drives the latter")
    summary: list[str] = Field(description="The period in sentences, in the language that was asked for")
    unit: Unit | None = Field(description="What the intervals resample; null: too few days for any")
    factors: SavingFactors
    savings: list[MeasuredSaving]
    overflow: MeasuredOverflow
    weeks: list[SavingWeek]
    days: list[SavingDay]


def savings_of(report: SavingReport, language: Language) -> Savings:
    """A report for readers of JSON."""
    compared = report.comparison
    reasons = {each.date: each.reasons for each in compared.excluded}
    return Savings(
        first_date=compared.first,
        last_date=compared.last,
        shadow_only=report.shadow_only,
        summary=sentences(compared, language),
        unit=compared.unit,
        factors=_factors(compared.factors),
        savings=[_saving(measure, each, language) for measure, each in compared.savings.items()],
        overflow=_overflow(compared.overflow),
        weeks=[_week(each, language) for each in compared.weeks],
        days=[_day(each, reasons.get(each.date, ()), language) for each in report.days],
    )


def _factors(factors: Factors) -> SavingFactors:
    return SavingFactors(
        cents_per_km=factors.cents_per_km,
        cents_per_hour=factors.cents_per_hour,
        cents_per_vehicle=factors.cents_per_vehicle,
        diesel_litres_per_km=factors.diesel_l_per_km,
        diesel_litres_per_emptying=factors.diesel_l_per_emptying,
        carbon_dioxide_kg_per_litre=factors.co2_kg_per_l,
    )


def _saving(measure: Measure, saving: Saving, language: Language) -> MeasuredSaving:
    return MeasuredSaving(
        measure=measure,
        label=measure_label(measure, language),
        halfvol=round(saving.halfvol, 3),
        fixed_schedule=round(saving.fixed_schedule, 3),
        saved=round(saving.saved, 3),
        share=_rounded(saving.share),
        low=_rounded(saving.low),
        high=_rounded(saving.high),
    )


def _overflow(overflow: Overflow) -> MeasuredOverflow:
    return MeasuredOverflow(
        container_days=overflow.container_days,
        halfvol=round(overflow.halfvol, 4),
        halfvol_sd=round(overflow.halfvol_sd, 4),
        fixed_schedule=round(overflow.fixed_schedule, 4),
        fixed_schedule_sd=round(overflow.fixed_schedule_sd, 4),
        observed=round(overflow.observed, 4),
        heard=round(overflow.heard, 2),
    )


def _week(week: Week, language: Language) -> SavingWeek:
    return SavingWeek(
        start_date=week.monday,
        days=week.days,
        savings=[_saving(measure, each, language) for measure, each in week.savings.items()],
        overflow=_overflow(week.overflow),
    )


def _day(day: ComparedDay, reasons: tuple[Exclusion, ...], language: Language) -> SavingDay:
    back = day.looked_back
    return SavingDay(
        date=day.date,
        driven=day.driven,
        plan_id=day.plan_id,
        approved=day.approved,
        halfvol=_side(day.halfvol),
        fixed_schedule=_side(day.fixed_schedule),
        reasons=[ExcludedReason(reason=each, label=reason_label(each, language)) for each in reasons],
        trusted_share=round(day.trusted_share, 4),
        settled_share=round(day.settled_share, 4),
        emptied_share=_rounded(back.emptied_share) if back else None,
        extra_emptyings=back.extra_emptyings if back else None,
        observed_overflow_days=_rounded(back.overflow_days) if back else None,
        heard_share=_rounded(back.heard_share) if back else None,
    )


def _side(side: Side | None) -> DaySide | None:
    if side is None:
        return None
    return DaySide(
        distance_m=side.distance_m,
        duration_s=side.duration_s,
        vehicles=side.vehicles,
        stops=side.stops,
        unserved=side.unserved,
        kg=side.kg,
        cost=side.cost,
        overflow_days=round(side.overflow_days, 4),
        overflow_sd=round(side.overflow_sd, 4),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
