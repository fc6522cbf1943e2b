"""The reasons of decisions as labels of a few words, for counts. Whole sentences are ``routing.explain``'s."""

from __future__ import annotations

from collections.abc import Mapping

from api.language import Language
from domain.plans import ReasonCode

LABELS: Mapping[ReasonCode, Mapping[Language, str]] = {
    ReasonCode.OVERFLOW_RISK: {
        "en": "may overflow before the next truck",
        "nl": "kan overlopen vóór de volgende wagen",
    },
    ReasonCode.ABOVE_THRESHOLD: {"en": "full enough to empty", "nl": "vol genoeg om te legen"},
    ReasonCode.ON_THE_WAY: {"en": "on the way, worth the stop", "nl": "ligt op de route en loont"},
    ReasonCode.NO_TRUSTED_READING: {"en": "no reading to rely on", "nl": "geen betrouwbare meting"},
    ReasonCode.RISK_LOW: {"en": "can wait", "nl": "kan wachten"},
    ReasonCode.NO_ROUND: {"en": "no round for this waste that day", "nl": "geen ronde voor dit afval die dag"},
    ReasonCode.NOT_WORTH_DETOUR: {"en": "not worth the detour", "nl": "de omweg loont niet"},
    ReasonCode.NO_CAPACITY: {"en": "no room or time left in a truck", "nl": "geen ruimte of tijd meer in een wagen"},
    ReasonCode.UNREACHABLE: {"en": "no truck can reach it by road", "nl": "over de weg niet bereikbaar"},
    ReasonCode.NO_VEHICLE: {"en": "no truck for this waste that day", "nl": "geen wagen voor dit afval die dag"},
    ReasonCode.REQUESTED: {"en": "asked for", "nl": "er is om gevraagd"},
    ReasonCode.INTERVAL: {
        "en": "longest time between two emptyings",
        "nl": "langste tijd tussen twee legingen",
    },
    ReasonCode.COMING_DAYS_FULL: {
        "en": "no room for it in the coming days",
        "nl": "de komende dagen is er geen plaats voor",
    },
    ReasonCode.CHEAPER_LATER: {"en": "a truck is near on a later day", "nl": "later is er een wagen in de buurt"},
    ReasonCode.NOT_A_FIXED_DAY: {"en": "not one of its days", "nl": "niet een van de vaste dagen"},
    ReasonCode.TOO_SOON: {"en": "too soon after its last emptying", "nl": "te kort na de laatste leging"},
    ReasonCode.DAY_OFF: {"en": "no collection that day", "nl": "die dag wordt niet ingezameld"},
    ReasonCode.MARKET: {"en": "no truck may come in that day's hours", "nl": "op de uren van die dag geen wagen"},
}


def label(reason: ReasonCode, language: Language) -> str:
    """A few words, without a capital or a full stop."""
    return LABELS[reason][language]
