"""Which language a request wants."""

from __future__ import annotations

from typing import Literal

from fastapi import Request

Language = Literal["en", "nl"]

LANGUAGES: tuple[Language, ...] = ("en", "nl")

COOKIE = "language"


def choose(request: Request) -> Language:
    """``?lang=`` before the cookie before ``Accept-Language``; English where none names a language that we have."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if (known := _known(wanted or "")) is not None:
            return known
    return _accepted(request.headers.get("accept-language", ""))


def _known(tag: str) -> Language | None:
    primary = tag.strip().lower().partition("-")[0]
    return next((language for language in LANGUAGES if language == primary), None)


def _accepted(header: str) -> Language:
    """The best of an ``Accept-Language`` header (RFC 9110, 12.5.4)."""
    best: tuple[float, Language] = (0.0, "en")
    for part in header.split(","):
        tag, *parameters = part.split(";")
        language = _known(tag)
        weight = next((_weight(each) for each in parameters if each.strip().startswith("q=")), 1.0)
        if language is not None and weight > best[0]:
            best = (weight, language)
    return best[1]


def _weight(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 0.0
