"""Directions in words, Dutch and English."""

from __future__ import annotations

from typing import Literal

from routing.roads.directions import Instruction, Maneuver

Language = Literal["nl", "en"]

_DOING: dict[Language, dict[Maneuver, str]] = {
    "nl": {
        Maneuver.DEPART: "Vertrek",
        Maneuver.CONTINUE: "Ga rechtdoor",
        Maneuver.SLIGHT_LEFT: "Houd links aan",
        Maneuver.SLIGHT_RIGHT: "Houd rechts aan",
        Maneuver.LEFT: "Sla linksaf",
        Maneuver.RIGHT: "Sla rechtsaf",
        Maneuver.SHARP_LEFT: "Sla scherp linksaf",
        Maneuver.SHARP_RIGHT: "Sla scherp rechtsaf",
        Maneuver.ROUNDABOUT: "Neem op de rotonde de {exit}e afslag",
        Maneuver.U_TURN: "Keer om",
        Maneuver.FERRY: "Neem de veerpont",
        Maneuver.ARRIVE: "Je bent er",
    },
    "en": {
        Maneuver.DEPART: "Set off",
        Maneuver.CONTINUE: "Go straight on",
        Maneuver.SLIGHT_LEFT: "Keep left",
        Maneuver.SLIGHT_RIGHT: "Keep right",
        Maneuver.LEFT: "Turn left",
        Maneuver.RIGHT: "Turn right",
        Maneuver.SHARP_LEFT: "Turn sharp left",
        Maneuver.SHARP_RIGHT: "Turn sharp right",
        Maneuver.ROUNDABOUT: "At the roundabout take the {exit} exit",
        Maneuver.U_TURN: "Turn round",
        Maneuver.FERRY: "Take the ferry",
        Maneuver.ARRIVE: "You are there",
    },
}
_ARRIVING: dict[Language, dict[str, str]] = {
    "nl": {"left": "De container staat links", "right": "De container staat rechts"},
    "en": {"left": "Your container is on the left", "right": "Your container is on the right"},
}


def text(instruction: Instruction, language: Language, *, container: bool = True) -> str:
    """One sentence; ``container``: what is arrived at is a container, not a depot or a disposal site."""
    if instruction.maneuver is Maneuver.ARRIVE:
        if container and instruction.side is not None:
            return f"{_ARRIVING[language][instruction.side]}."
        return f"{_DOING[language][Maneuver.ARRIVE]}."
    number = instruction.exit or 0
    doing = _DOING[language][instruction.maneuver].format(exit=number if language == "nl" else _ordinal(number))
    street = f", {instruction.street}" if instruction.street else ""
    return f"{doing}{street}, {distance_text(instruction.distance_m, language)}."


def distance_text(metres: int, language: Language) -> str:
    """``80 m``, ``350 m``, ``1.2 km`` (Dutch ``1,2 km``)."""
    if metres < 995:
        return f"{metres if metres < 20 else round(metres, -1)} m"
    kilometres = f"{metres / 1000:.1f}"
    return f"{kilometres.replace('.', ',') if language == 'nl' else kilometres} km"


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
