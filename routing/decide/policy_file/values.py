"""Reads the values of a policy's file one by one, and keeps everything that is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any

from domain.containers import OTHER_FRACTION_WORDS, Fraction
from routing.decide.policy_problem import Problem
from routing.decide.weekdays import WEEKDAY_NAMES

_WEEKDAYS = {name: number for names in WEEKDAY_NAMES.values() for number, name in enumerate(names, start=1)}

Table = Mapping[str, Any]


class Values:
    """Takes values out of a file's tables. What is wrong is kept in ``problems``, and a stand-in is given back."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def complain(self, setting: str, what: str, remedy: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(setting, what, remedy))

    def table(self, parent: Table, name: str, where: str, known: Sequence[str]) -> Table:
        """A table within a table; an empty one where it is missing or none. Keys that are not known are told."""
        value = parent.get(name, {})
        if not isinstance(value, dict):
            self.complain(where, f"is {words(value)}, not a table", f"write [{where}] on a line of its own")
            return {}
        self.only(value, where, known)
        return value

    def tables(self, parent: Table, name: str, known: Sequence[str]) -> list[tuple[str, Table]]:
        """The tables under [[name]], each with what to call it; those that are none are told and left out."""
        value = parent.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.complain(name, "is not a list of rules", f"write [[{name}]] above every rule, in double brackets")
            return []
        found = [(f"{name} {number}", each) for number, each in enumerate(value, start=1)]
        for where, each in found:
            self.only(each, where, known)
        return found

    def only(self, table: Table, where: str, known: Iterable[str]) -> None:
        """Tell every key that is not known."""
        names = list(known)
        for name in table:
            if name not in names:
                close = get_close_matches(name, names, n=1)
                remedy = f'did you mean "{close[0]}"?' if close else f"known here are {', '.join(names)}"
                self.complain(f"{where}.{name}" if where else name, "there is no such setting", remedy)

    def number(
        self,
        table: Table,
        name: str,
        where: str,
        *,
        unit: str,
        default: float | None,
        above: float = -math.inf,
        at_least: float = -math.inf,
        at_most: float = math.inf,
        below: float = math.inf,
    ) -> float | None:
        """A number within limits; the default where it is missing or wrong."""
        if name not in table:
            return default
        value, setting = table[name], f"{where}.{name}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.complain(setting, f"is {words(value)}, not a number", f"write the number alone, in {unit}")
        elif not (above < value < below and at_least <= value <= at_most):
            limits = {"above": above, "at least": at_least, "at most": at_most, "below": below}
            told = " and ".join(f"{side} {limit:g}" for side, limit in limits.items() if math.isfinite(limit))
            self.complain(setting, f"is {words(value)}", f"give a number {told}, in {unit}")
        else:
            return float(value)
        return default

    def whole(
        self, table: Table, name: str, where: str, *, unit: str, default: int, at_least: int, at_most: int
    ) -> int:
        """A whole number within limits."""
        found = self.number(table, name, where, unit=unit, default=default, at_least=at_least, at_most=at_most)
        if found is None or found == int(found):
            return default if found is None else int(found)
        self.complain(f"{where}.{name}", f"is {found:g}", f"give a whole number, in {unit}")
        return default

    def cents(self, table: Table, name: str, where: str, *, default: int, at_most: int) -> int:
        """Euros in the file, whole cents inside."""
        euros = self.number(table, name, where, unit="euros", default=None, at_least=0, at_most=at_most / 100)
        if euros is None:
            return default
        cents = round(euros * 100)
        if abs(euros * 100 - cents) > 1e-6:
            self.complain(f"{where}.{name}", f"is {euros:g}", "give whole cents, such as 0.90")
            return default
        return cents

    def flag(self, table: Table, name: str, where: str, *, default: bool) -> bool:
        """``true`` or ``false``."""
        value = table.get(name, default)
        if isinstance(value, bool):
            return value
        self.complain(f"{where}.{name}", f"is {words(value)}", "write true or false, without quotes")
        return default

    def text(self, table: Table, name: str, where: str) -> str | None:
        """A text that is not empty; None where it is missing or wrong. That it is missing is told."""
        value = table.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if value is None:
            self.complain(where, f'"{name}" is missing', f'add {name} = ".."')
        else:
            self.complain(f"{where}.{name}", f"is {words(value)}", 'write a name, in "quotes"')
        return None

    def local_time(self, table: Table, name: str, where: str) -> time | None:
        """A local time; None where it is missing or wrong. That it is missing is told."""
        value = table.get(name)
        if value is None:
            self.complain(where, f'"{name}" is missing', f'add a local time, such as {name} = "07:00"')
            return None
        if isinstance(value, time):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?", value, re.ASCII):
            try:
                return time.fromisoformat(value if value[2] == ":" else f"0{value}")
            except ValueError:
                pass
        remedy = 'write a local time in 24 hours, such as "07:00"; the last of a day is "23:59"'
        self.complain(f"{where}.{name}", f"is {words(value)}, no time of day", remedy)
        return None

    def weekdays(self, table: Table, where: str) -> frozenset[int] | None:
        """ISO weekdays from names in English or Dutch under "days"; None where they are missing or wrong."""
        value = table.get("days")
        example = 'such as days = ["monday", "donderdag"]'
        if value is None:
            self.complain(where, '"days" is missing', f"add the days, {example}")
            return None
        if not isinstance(value, list) or not value:
            remedy = f"name the days in square brackets, {example}"
            self.complain(f"{where}.days", "names no day at all" if value == [] else f"is {words(value)}", remedy)
            return None
        found: set[int] = set()
        whole = True
        for each in value:
            number = _WEEKDAYS.get(each.strip().lower()) if isinstance(each, str) else None
            if number is None:
                whole = False
                close = get_close_matches(each.strip().lower(), _WEEKDAYS, n=1) if isinstance(each, str) else []
                remedy = f'did you mean "{close[0]}"?' if close else f"write its name in full, {example}"
                self.complain(f"{where}.days", f"{words(each)} is no weekday", remedy)
            else:
                found.add(number)
        return frozenset(found) if whole else None

    def fraction(self, name: Any, setting: str) -> Fraction | None:
        """A kind of waste by its name."""
        known = [each.value for each in Fraction]
        if name in known:
            return Fraction(name)
        lower = name.strip().lower() if isinstance(name, str) else ""
        meant = OTHER_FRACTION_WORDS.get(lower)
        close = [meant.value] if meant else get_close_matches(lower, known, n=1)
        remedy = f'did you mean "{close[0]}"?' if close else f"choose from {', '.join(known)}"
        self.complain(setting, f"{words(name)} is no fraction", remedy)
        return None

    def dates(self, table: Table, name: str, where: str) -> frozenset[date]:
        """Dates; those that are none are told and left out."""
        value = table.get(name, [])
        example = "such as [2026-12-25, 2026-12-26]"
        if not isinstance(value, list):
            self.complain(f"{where}.{name}", f"is {words(value)}", f"put the dates in square brackets, {example}")
            return frozenset()
        found: set[date] = set()
        for each in value:
            day = each
            if isinstance(each, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", each, re.ASCII):
                try:
                    day = date.fromisoformat(each)
                except ValueError:
                    day = each
            if isinstance(day, date) and not isinstance(day, datetime):
                found.add(day)
            else:
                remedy = f"write year-month-day, {example}"
                self.complain(f"{where}.{name}", f"{words(each)} is no date", remedy)
        return frozenset(found)


def words(value: Any) -> str:
    """A value as it is told in an error, shortened."""
    if isinstance(value, str):
        shown = f'"{value}"'
    elif isinstance(value, bool):
        shown = "true" if value else "false"
    elif isinstance(value, int) and abs(value) > 10**20:
        shown = "a huge number"
    elif isinstance(value, dict):
        shown = "a table"
    elif isinstance(value, list):
        shown = "a list"
    else:
        shown = str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}.."
