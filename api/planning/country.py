"""Whose public holidays a town keeps, by its time zone."""

from __future__ import annotations

from functools import cache
from importlib import resources

from holidays.registry import EntityLoader


@cache
def country_of(time_zone: str) -> str | None:
    """ISO 3166 code of the country that a time zone is named after; None where its holidays are not known.

    From ``zone.tab`` of the IANA time zone database, which gives each zone its country.
    """
    try:
        table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return None
    for line in table.splitlines():
        columns = line.split("\t")
        if not line.startswith("#") and len(columns) >= 3 and columns[2] == time_zone:
            return columns[0] if columns[0] in _supported() else None
    return None


@cache
def _supported() -> frozenset[str]:
    # holidays.list_supported_countries() imports the calendars of all countries, half a second.
    return frozenset(EntityLoader.get_country_codes())
