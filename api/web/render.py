"""Templates, with what every page needs: language, theme, addresses of scripts and styles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.language import LANGUAGES, Language, choose
from api.web.catalogue import message, messages
from domain.containers import Municipality
from domain.errors import Unavailable

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
LOCALES: Mapping[Language, str] = {"en": "en-GB", "nl": "nl-NL"}
THEMES = ("light", "dark")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def assets_address() -> str:
    """Where the built scripts and styles are, with the digest of their sources so that browsers may keep them.

    Raises
    ------
    Unavailable
        When they have not been built.
    """
    stamp = STATIC / "build" / "stamp"
    if not stamp.exists():
        raise Unavailable(
            "the pages' scripts and styles are missing", remedy="build them with: python -m deploy.assets"
        )
    return f"/static/{stamp.read_text().strip()[:16]}"


def page(
    request: Request,
    template: str,
    *,
    municipality: Municipality | None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A page from a template, in the reader's language and theme."""
    language = choose(request)
    theme = request.cookies.get("theme")
    assets = assets_address()
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            languages=LANGUAGES,
            theme=theme if theme in THEMES else None,
            assets=assets,
            path=request.url.path,
            t=partial(message, language),
            moment=partial(_moment, municipality),
            day=partial(day_words, language),
            municipality=municipality,
            page_data=None if municipality is None else _page_data(language, assets, municipality),
            **context,
        )
    )
    all_headers = {"Content-Language": language, "Vary": "Accept-Language, Cookie", **(headers or {})}
    return HTMLResponse(html, status, all_headers)


def _page_data(language: Language, assets: str, municipality: Municipality) -> dict[str, Any]:
    bounds = municipality.bounds
    return {
        "language": language,
        "locale": LOCALES[language],
        "timeZone": municipality.time_zone,
        "today": datetime.now(ZoneInfo(municipality.time_zone)).date().isoformat(),
        "assets": assets,
        "municipality": {
            "code": municipality.code,
            "name": municipality.name,
            "bounds": [bounds.west, bounds.south, bounds.east, bounds.north],
        },
        "messages": messages(language),
    }


def _moment(municipality: Municipality | None, when: datetime) -> str:
    zone = ZoneInfo("UTC" if municipality is None else municipality.time_zone)
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def day_words(language: Language, day: date) -> str:
    """A date without its year: "Mon 23 Nov"."""
    weekdays, months = message(language, "format.weekdays").split(), message(language, "format.months").split()
    return f"{weekdays[day.weekday()]} {day.day} {months[day.month - 1]}"
