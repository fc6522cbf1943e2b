"""Whose public holidays a town keeps, by its time zone."""

from __future__ import annotations

from functools import cache
from importlib import resources

import holidays


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
            return columns[0] if columns[0] in holidays.list_supported_countries() else None
    return None
