"""Writes a policy as TOML with a comment on every setting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import time

from routing.decide.contradictions import areas_of
from routing.decide.policy import Area, Policy
from routing.decide.policy_file.comments import COMMENTS
from routing.decide.weekdays import WEEKDAY_NAMES


def write_policy(policy: Policy, *, language: str = "en") -> str:
    """The policy as a file that ``read_policy`` reads back as the same policy.

    Parameters
    ----------
    language
        Of the comments and the weekdays, "en" or "nl"; the names of settings are English.
    """
    return _Writer(language).policy(policy)


class _Writer:
    def __init__(self, language: str) -> None:
        self._comments = COMMENTS[language]
        self._weekdays = WEEKDAY_NAMES[language]

    def policy(self, policy: Policy) -> str:
        service, rates = policy.service, policy.rates
        blocks = [
            self._comment("head"),
            self._table(
                "service",
                {
                    "overflows_per_1000": repr(float(service.overflows_per_1000)),
                    "overflow_cost_eur": _euros(service.overflow_cost),
                },
            ),
            self._table(
                "costs",
                {
                    "per_km_eur": _euros(rates.per_km),
                    "per_hour_eur": _euros(rates.per_hour),
                    "per_vehicle_eur": _euros(rates.per_vehicle),
                },
            ),
            self._table(
                "planning",
                {
                    "capacity_quantile": repr(float(policy.capacity_quantile)),
                    "look_ahead_days": str(policy.look_ahead_days),
                    "shadow_only": _flag(policy.shadow_only),
                },
            ),
            self._table(
                "days_off",
                {
                    "public_holidays": _flag(policy.public_holidays),
                    "dates": _list(each.isoformat() for each in sorted(policy.days_off)),
                },
            ),
            *self._intervals(policy),
            *self._rules(policy),
            *self._areas(policy),
        ]
        return "\n".join(blocks)

    def _intervals(self, policy: Policy) -> Iterable[str]:
        for number, (fraction, interval) in enumerate(sorted(policy.intervals.items())):
            limits = {"least_days": interval.least_days, "most_days": interval.most_days}
            given = {
                name: f"{days:g}" if days == round(days, 3) else repr(days) for name, days in limits.items() if days
            }
            yield self._table(f"intervals.{fraction}", given, self._comment("intervals") if number == 0 else "")

    def _rules(self, policy: Policy) -> Iterable[str]:
        for number, rule in enumerate(policy.fixed_days):
            fraction = {} if rule.fraction is None else {"fraction": _text(rule.fraction)}
            yield self._rule("fixed_days", number, {**fraction, **_area(rule.area), "days": self._days(rule.weekdays)})
        for number, rule in enumerate(policy.quiet_hours):
            classes = _list(_text(each) for each in sorted(rule.road_classes))
            lines = {"not_before": _time(rule.not_before), "road_classes": classes, **_area(rule.area)}
            yield self._rule("quiet_hours", number, lines)
        for number, market in enumerate(policy.markets):
            lines = {
                "name": _text(market.name),
                **_area(market.area),
                "days": self._days(market.weekdays),
                "from": _time(market.starts),
                "until": _time(market.ends),
            }
            yield self._rule("markets", number, lines)

    def _areas(self, policy: Policy) -> Iterable[str]:
        for number, area in enumerate(areas_of(policy)):
            corners = ", ".join(f"[{float(each.lon)!r}, {float(each.lat)!r}]" for each in area.ring)
            yield self._rule("areas", number, {"name": _text(area.name), "ring": f"[{corners}]"})

    def _table(self, name: str, lines: dict[str, str], comment: str | None = None) -> str:
        """A table with a comment above it and above each of its lines."""
        above = self._comment(name) if comment is None else comment
        return f"{above}[{name}]\n" + "".join(f"{self._comment(key)}{key} = {lines[key]}\n" for key in lines)

    def _rule(self, name: str, number: int, lines: dict[str, str]) -> str:
        """One of several rules of a kind: the comment stands above the first."""
        comment = self._comment(name) if number == 0 else ""
        return f"{comment}[[{name}]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())

    def _comment(self, name: str) -> str:
        return "".join(f"# {line}\n" for line in self._comments[name].splitlines())

    def _days(self, weekdays: Iterable[int]) -> str:
        return _list(_text(self._weekdays[number - 1]) for number in sorted(weekdays))


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _area(area: Area | None) -> dict[str, str]:
    return {} if area is None else {"area": _text(area.name)}


def _time(local: time) -> str:
    whole = not local.second and not local.microsecond
    return _text(f"{local:%H:%M}" if whole else local.isoformat())


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes are among TOML's, which wants DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
