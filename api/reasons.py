"""The reasons of decisions as labels of a few words, for counts. Whole sentences are ``routing.explain``'s."""

from __future__ import annotations

from collections.abc import Mapping

from api.language import Language
from domain.plans import ReasonCode

LABELS: Mapping[ReasonCode, Mapping[Language, str]] = {
    ReasonCode.OVERFLOW_RISK: {
        "en": "may overflow before the next round",
        "nl": "kan overlopen vóór de volgende ronde",
    },
    ReasonCode.ABOVE_THRESHOLD: {"en": "full enough to empty", "nl": "vol genoeg om te legen"},
    ReasonCode.ON_THE_WAY: {"en": "on the way, worth the stop", "nl": "ligt op de route en loont"},
    ReasonCode.NO_TRUSTED_READING: {"en": "no reading to rely on", "nl": "geen betrouwbare meting"},
    ReasonCode.RISK_LOW: {"en": "can wait for the next round", "nl": "kan wachten tot de volgende ronde"},
    ReasonCode.NO_ROUND: {"en": "no round for this waste that day", "nl": "geen ronde voor dit afval die dag"},
    ReasonCode.NOT_WORTH_DETOUR: {"en": "not worth the detour", "nl": "de omweg loont niet"},
    ReasonCode.NO_CAPACITY: {"en": "no room or time left in a truck", "nl": "geen ruimte of tijd meer in een wagen"},
    ReasonCode.UNREACHABLE: {"en": "no truck can reach it by road", "nl": "over de weg niet bereikbaar"},
    ReasonCode.NO_VEHICLE: {"en": "no truck for this waste that day", "nl": "geen wagen voor dit afval die dag"},
}


def label(reason: ReasonCode, language: Language) -> str:
    """A few words, without a capital or a full stop."""
    return LABELS[reason][language]
