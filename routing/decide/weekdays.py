"""Names of weekdays."""

from __future__ import annotations

from collections.abc import Iterable

WEEKDAY_NAMES = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
}
"""By language, Monday first."""


def day_names(weekdays: Iterable[int]) -> str:
    """ISO weekdays in English: "Monday, Thursday and Friday"."""
    names = [WEEKDAY_NAMES["en"][number - 1].title() for number in sorted(weekdays)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
