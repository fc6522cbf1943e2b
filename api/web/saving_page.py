"""What the page of the saving shows: numbers written out, and bars in hundredths of their width."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from api.language import Language
from api.saving_report import SavingReport
from api.saving_words import measure_label, number, reason_label, sentences
from api.web.catalogue import message
from domain.saving import Exclusion, World
from routing.shadow.comparison import Measure, Saving, Week

HEADLINES = (Measure.DISTANCE_KM, Measure.DURATION_H, Measure.CO2_KG, Measure.COST_EUR)
"""The measures that get a card, and whose weeks can be looked at."""

PLACES = {Measure.DURATION_H: 1}
"""Decimals; the others have none."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from ``zero`` to ``end`` and its interval, in hundredths of the width; None: no interval."""

    zero: float
    end: float
    low: float | None
    high: float | None

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(self.zero, self.end)

    @property
    def width(self) -> float:
        """How wide it is."""
        return abs(self.end - self.zero)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: what is saved, as a share with its interval, and both sides."""

    measure: Measure
    label: str
    share: str
    less: bool
    interval: str | None
    instead: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week of the measure that was chosen."""

    number: int
    monday: dt.date
    sunday: dt.date
    days: int
    figure: Figure
    bar: Bar | None
    halfvol_overflow: str
    fixed_overflow: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of both worlds."""

    label: str
    halfvol: str
    fixed_schedule: str
    share: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """Days that do not count for the same reasons."""

    reasons: tuple[str, ...]
    dates: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class SavingPage:
    """Everything on the page."""

    first: dt.date
    last: dt.date
    shadow_only: bool
    any_day: bool
    counted: int
    sentences: list[str]
    chosen: Measure
    figures: tuple[Figure, ...]
    weeks: tuple[WeekRow, ...]
    scale: tuple[str, str]
    zero: float
    rows: tuple[Row, ...]
    expected: tuple[str, str]
    observed: str | None
    driven_world: str
    excluded: tuple[Excluded, ...]
    factors: dict[str, str]


def saving_page(report: SavingReport, language: Language, *, chosen: Measure) -> SavingPage:
    """Write a report out."""
    compared = report.comparison
    shares = [(week, week.savings[chosen]) for week in compared.weeks]
    low, high = _range([saving for _, saving in shares])
    overflow = compared.overflow
    factors = compared.factors
    return SavingPage(
        first=compared.first,
        last=compared.last,
        shadow_only=report.shadow_only,
        any_day=bool(report.days),
        counted=len(compared.days),
        sentences=sentences(compared, language),
        chosen=chosen,
        figures=tuple(_figure(measure, compared.savings[measure], language) for measure in HEADLINES),
        weeks=tuple(_week(week, chosen, low, high, language) for week, _ in reversed(shares)),
        scale=(_signed(low, language), _signed(high, language)),
        zero=_place(0.0, low, high),
        rows=tuple(
            Row(
                label=measure_label(measure, language),
                halfvol=_amount(measure, saving.halfvol, language),
                fixed_schedule=_amount(measure, saving.fixed_schedule, language),
                share="–" if saving.share is None else _signed(saving.share, language),
            )
            for measure, saving in compared.savings.items()
        ),
        expected=(
            _around(overflow.halfvol, overflow.halfvol_sd, language),
            _around(overflow.fixed_schedule, overflow.fixed_schedule_sd, language),
        ),
        observed=None if overflow.heard < 1 else number(overflow.observed, language, 1),
        driven_world=next(iter(sorted(compared.driven)), World.HALFVOL).value,
        excluded=_excluded([(each.date, each.reasons) for each in compared.excluded], language),
        factors={
            "hour": number(factors.cents_per_hour / 100, language, 2),
            "km": number(factors.cents_per_km / 100, language, 2),
            "vehicle": number(factors.cents_per_vehicle / 100, language, 2),
            "litresKm": number(factors.diesel_l_per_km, language, 2),
            "litresStop": number(factors.diesel_l_per_emptying, language, 2),
            "co2": number(factors.co2_kg_per_l, language, 2),
        },
    )


def _range(savings: list[Saving]) -> tuple[float, float]:
    """The shares at both ends of the bars: from 0 or less to at least a tenth, in tenths."""
    ends = [each for saving in savings for each in (saving.share, saving.low, saving.high) if each is not None]
    # An interval of very few days may reach anywhere; the bar stays readable.
    low, high = max(min([0.0, *ends]), -1.0), min(max([0.1, *ends]), 1.0)
    return -int(-low * 10 + 0.999) / 10, int(high * 10 + 0.999) / 10


def _place(share: float, low: float, high: float) -> float:
    return round(100 * min(max((share - low) / (high - low), 0.0), 1.0), 2)


def _week(week: Week, chosen: Measure, low: float, high: float, language: Language) -> WeekRow:
    saving = week.savings[chosen]
    bar = None
    if saving.share is not None:
        bar = Bar(
            zero=_place(0.0, low, high),
            end=_place(saving.share, low, high),
            low=None if saving.low is None else _place(saving.low, low, high),
            high=None if saving.high is None else _place(saving.high, low, high),
        )
    return WeekRow(
        number=week.monday.isocalendar().week,
        monday=week.monday,
        sunday=week.monday + dt.timedelta(days=6),
        days=week.days,
        figure=_figure(chosen, saving, language),
        bar=bar,
        halfvol_overflow=number(week.overflow.halfvol, language, 1),
        fixed_overflow=number(week.overflow.fixed_schedule, language, 1),
    )


def _figure(measure: Measure, saving: Saving, language: Language) -> Figure:
    interval = None
    if saving.low is not None and saving.high is not None:
        interval = message(
            language, "saving.interval", low=_signed(saving.low, language), high=_signed(saving.high, language)
        )
    return Figure(
        measure=measure,
        label=measure_label(measure, language),
        share="–" if saving.share is None else _signed(saving.share, language),
        less=saving.share is None or saving.share >= 0,
        interval=interval,
        instead=message(
            language,
            "saving.instead",
            halfvol=_amount(measure, saving.halfvol, language),
            fixed=_amount(measure, saving.fixed_schedule, language),
        ),
    )


def _signed(share: float, language: Language) -> str:
    """A saving as people read it: less is saved. 0.42 -> −42 %, -0.1 -> +10 %."""
    rounded = round(100 * share)
    sign = "−" if rounded > 0 else "+" if rounded < 0 else ""
    return f"{sign}{number(abs(rounded), language)} %"


def _amount(measure: Measure, value: float, language: Language) -> str:
    return number(value, language, PLACES.get(measure, 0))


def _around(mean: float, sd: float, language: Language) -> str:
    return f"{number(mean, language, 1)} ± {number(1.96 * sd, language, 1)}"


def _excluded(days: list[tuple[dt.date, tuple[Exclusion, ...]]], language: Language) -> tuple[Excluded, ...]:
    """Days with the same reasons together, the newest first."""
    newest_first = sorted(days, key=lambda day: day[0], reverse=True)
    alike = sorted(newest_first, key=lambda day: [reason.value for reason in day[1]])
    return tuple(
        Excluded(
            reasons=tuple(reason_label(each, language) for each in reasons),
            dates=tuple(date for date, _ in its),
        )
        for reasons, its in groupby(alike, key=lambda day: day[1])
    )
