"""The saving in plain sentences, in English and Dutch."""

from __future__ import annotations

import math

from api.language import Language
from api.web.catalogue import message
from domain.saving import Exclusion, World
from routing.shadow.comparison import LEAST_DAYS, Comparison, Measure, Overflow, Saving

CLEAR = 2.0
"""A difference in overflow is clear from so many standard deviations on."""

MOST_OWED = 0.1
"""So much less waste collected than in the other world, as a share, is worth a sentence."""


def number(value: float, language: Language, places: int = 0) -> str:
    """A number as the language writes it: 1,234.5 or 1.234,5."""
    text = f"{value:,.{places}f}"
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(share: float, language: Language) -> str:
    """A share as whole per cents, with a minus as people print it."""
    text = number(100 * share, language)
    return f"{text.replace('-', '−')} %"


def measure_label(measure: Measure, language: Language) -> str:
    """What a measure is called."""
    return message(language, f"saving.measure.{measure.value}")


def world_label(world: World, language: Language) -> str:
    """What a world is called."""
    return message(language, f"saving.world.{world.value}")


def reason_label(reason: Exclusion, language: Language) -> str:
    """Why a day does not count, without a capital or a full stop."""
    return message(language, f"saving.excluded.{reason.value}")


def sentences(comparison: Comparison, language: Language) -> list[str]:
    """What the period says: the saving, how sure it is, the service beside it, and what was left out."""
    if not comparison.days:
        return [message(language, "saving.none")] if not comparison.excluded else [_left_out(comparison, language)]
    said = [
        _saved(comparison.savings[Measure.DISTANCE_KM], len(comparison.days), language),
        _sure(comparison, language),
        _owed(comparison.savings[Measure.WASTE_KG], language),
        _expected(comparison.overflow, language),
        _observed(comparison, language),
    ]
    if comparison.excluded:
        said.append(_left_out(comparison, language))
    return [each for each in said if each]


def _saved(distance: Saving, days: int, language: Language) -> str:
    if distance.share is None:
        return message(language, "saving.noKilometres", count=days, halfvol=number(distance.halfvol, language))
    return message(
        language,
        "saving.saved" if distance.share >= 0 else "saving.lost",
        count=days,
        share=percent(abs(distance.share), language),
        halfvol=number(distance.halfvol, language),
        fixed=number(distance.fixed_schedule, language),
    )


def _sure(comparison: Comparison, language: Language) -> str:
    distance = comparison.savings[Measure.DISTANCE_KM]
    if comparison.unit is None:
        return message(language, "saving.tooFew", count=len(comparison.days), least=LEAST_DAYS)
    if distance.low is None or distance.high is None:
        return ""
    return message(
        language,
        f"saving.sure.{comparison.unit.value}",
        low=percent(distance.low, language),
        high=percent(distance.high, language),
    )


def _owed(waste: Saving, language: Language) -> str:
    """In the long run both collect the same: what is left in the containers is still to be collected."""
    if waste.share is None or waste.share <= MOST_OWED:
        return ""
    return message(language, "saving.owed", share=percent(waste.share, language))


def _expected(overflow: Overflow, language: Language) -> str:
    difference = overflow.halfvol - overflow.fixed_schedule
    spread = math.hypot(overflow.halfvol_sd, overflow.fixed_schedule_sd)
    clear = abs(difference) > max(CLEAR * spread, 0.05)
    verdict = "same" if not clear else "better" if difference < 0 else "worse"
    return message(
        language,
        f"saving.service.{verdict}",
        halfvol=number(overflow.halfvol, language, 1),
        fixed=number(overflow.fixed_schedule, language, 1),
        total=number(overflow.container_days, language),
    )


def _observed(comparison: Comparison, language: Language) -> str:
    overflow = comparison.overflow
    if overflow.heard < 1:
        return message(language, "saving.service.unheard")
    worlds = sorted(comparison.driven)
    return message(
        language,
        "saving.service.observed",
        world=" / ".join(world_label(each, language) for each in worlds),
        observed=number(overflow.observed, language, 1),
        heard=number(overflow.heard, language),
        rate=number(1000 * overflow.observed / overflow.heard, language, 1),
    )


def _left_out(comparison: Comparison, language: Language) -> str:
    key = "saving.leftOut" if comparison.days else "saving.allLeftOut"
    return message(language, key, count=len(comparison.excluded))
