"""Moments as they are written on the command line."""

from __future__ import annotations

import argparse
from datetime import date, datetime, time, tzinfo


def moment_or_date(text: str) -> datetime | date:
    """A date, or a date and time with its offset; for argparse."""
    try:
        if len(text) == len("2026-11-22"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a date such as 2026-11-22 nor 2026-11-22T10:00:00Z")
    return moment


def at(given: datetime | date, zone: tzinfo) -> datetime:
    """The moment given; of a date, its midnight in ``zone``."""
    return given if isinstance(given, datetime) else datetime.combine(given, time(), zone)
