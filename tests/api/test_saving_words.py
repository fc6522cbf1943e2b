"""The saving in plain sentences, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from api.language import LANGUAGES, Language
from api.saving_report import SavingReport
from api.saving_words import number, percent, sentences
from api.web.saving_page import SavingPage, saving_page
from domain.factors import Factors
from domain.saving import ComparedDay, World
from routing.decide.policy import Rates
from routing.shadow.comparison import Comparison, Measure, compare
from tests.routing.shadow.compared import MONDAY, compared, side, working_days

LAST = MONDAY + timedelta(days=100)


def period(days: list[ComparedDay]) -> Comparison:
    return compare(days, first=MONDAY, last=LAST, factors=Factors())


def page(days: list[ComparedDay], language: Language = "en") -> SavingPage:
    return saving_page(SavingReport(period(days), tuple(days), False), language, chosen=Measure.DISTANCE_KM)


@pytest.mark.parametrize(
    ("value", "places", "english", "dutch"),
    [(1234.56, 1, "1,234.6", "1.234,6"), (-0.04, 1, "0.0", "0,0"), (1_000_000, 0, "1,000,000", "1.000.000")],
)
def test_numbers(value: float, places: int, english: str, dutch: str) -> None:
    assert number(value, "en", places) == english
    assert number(value, "nl", places) == dutch


def test_a_negative_share_has_a_minus_as_people_print_it() -> None:
    assert percent(-0.125, "en") == "−12 %"
    assert percent(-0.001, "nl") == "0 %"


def test_a_period_in_sentences() -> None:
    said = sentences(period([compared(day) for day in working_days(6)]), "en")
    assert said == [
        "On 6 days Halfvol needed 40 % fewer kilometres: 360 instead of 600.",
        "Had these been other days like them, the saving would have been between 40 % and 40 % (95 % interval).",
        "The service is the same as far as can be told: 3.0 overflowing container-days are expected with Halfvol and"
        " 6.0 with the fixed schedule, of 1,800.",
        "What sensors saw in the streets (driven: Halfvol): 1.5 overflowing container-days in 1,620 with trusted"
        " readings, or 0.9 of 1,000.",
    ]
    dutch = sentences(period([compared(day) for day in working_days(1)]), "nl")
    assert dutch[0] == "Op 1 dag had Halfvol 40 % minder kilometers nodig: 60 in plaats van 100."
    assert dutch[1] == "Hoe zeker dat is, valt vanaf 5 dagen te zeggen."


@pytest.mark.parametrize(
    ("overflow_days", "verdict"), [(4.0, "The service is worse"), (0.9, "The service is the same")]
)
def test_worse_service_is_said(overflow_days: float, verdict: str) -> None:
    plain = map(compared, working_days(6))
    days = [replace(day, halfvol=side(20, overflow_days=overflow_days)) for day in plain]
    assert any(each.startswith(verdict) for each in sentences(period(days), "en"))


def test_better_service_is_said() -> None:
    days = [replace(day, fixed_schedule=side(100, overflow_days=9.0)) for day in map(compared, working_days(6))]
    assert any(each.startswith("The service is better") for each in sentences(period(days), "en"))


def test_what_is_still_to_be_collected_is_said() -> None:
    days = [replace(day, halfvol=side(60, kg=6_000)) for day in map(compared, working_days(6))]
    assert any("collected 50 % less waste" in each for each in sentences(period(days), "en"))


def test_more_kilometres_are_no_saving() -> None:
    days = [compared(day, halfvol=120) for day in working_days(6)]
    assert sentences(period(days), "en")[0].startswith("On 6 days Halfvol needed 20 % more kilometres")
    figure = page(days).figures[0]
    assert (figure.share, figure.less) == ("+20 %", False)


def test_a_schedule_that_drives_nothing() -> None:
    said = sentences(period([compared(day, fixed=0) for day in working_days(6)]), "en")
    assert said[0] == "On 6 days the fixed schedule drives nothing; Halfvol drives 360 km."
    assert page([compared(day, fixed=0) for day in working_days(6)]).weeks[0].bar is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_period_can_be_shown(language: Language) -> None:
    unheard = [replace(day, looked_back=None, driven=World.FIXED_SCHEDULE) for day in map(compared, working_days(3))]
    for days in ([], [compared(MONDAY)], unheard, [compared(day) for day in working_days(60)]):
        shown = page(days, language)
        assert shown.any_day == bool(days)
        assert all(shown.sentences)
        assert "{" not in " ".join(shown.sentences)


def test_bars_lie_on_one_scale() -> None:
    days = [compared(day, halfvol=30 + 4 * n) for n, day in enumerate(working_days(40))]
    shown = page(days)
    weeks = list(reversed(shown.weeks))
    assert [week.number for week in weeks] == list(range(37, 45))
    ends = [week.bar.end for week in weeks if week.bar is not None]
    assert len(ends) == 8
    assert all(later < earlier for earlier, later in pairwise(ends)), "every week saved less than the one before"
    assert ends[-1] < shown.zero < ends[0]
    for week in weeks:
        assert week.bar is not None
        assert week.bar.low is not None
        assert week.bar.high is not None
        assert 0 <= week.bar.low <= week.bar.end <= week.bar.high <= 100


def test_what_planning_and_reporting_count_is_the_same() -> None:
    rates, factors = Rates(), Factors()
    assert (rates.per_km, rates.per_hour, rates.per_vehicle) == (
        factors.cents_per_km,
        factors.cents_per_hour,
        factors.cents_per_vehicle,
    )
