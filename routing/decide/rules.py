"""The rules of days, hours and places as they bear on each container: free days, fixed days, quiet hours, markets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from domain.containers import Container
from domain.errors import InvalidInput
from domain.geography import Position
from routing.decide.areas import inside
from routing.decide.policy import WEEKDAYS, Area, Policy
from routing.forecast.calendar import public_holidays

Span = tuple[datetime, datetime]
"""From the first moment up to, and not including, the second; both aware."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Which rules of a policy bear on which of C containers.

    ``weekdays`` (C, 8): whether the container may be visited on an ISO weekday (column 0 is unused); ``quiet`` (C, Q)
    and ``markets`` (C, M): whether each quiet hours' rule and each market is for it.
    """

    policy: Policy
    weekdays: NDArray[np.bool_]
    quiet: NDArray[np.bool_]
    markets: NDArray[np.bool_]
    free: frozenset[date]

    @classmethod
    def of(
        cls,
        policy: Policy,
        containers: Sequence[Container],
        *,
        years: range,
        street_classes: Mapping[int, str] | None = None,
        country: str | None = None,
    ) -> Rules:
        """Look up what bears on each container.

        Parameters
        ----------
        years
            Whose public holidays may matter.
        street_classes
            By container id: OpenStreetMap's class of its street. A rule for certain classes leaves a container whose
            class is not known alone.
        country
            ISO 3166 code whose public holidays count.

        Raises
        ------
        InvalidInput
            When public holidays are to be days off and the country is not known.
        """
        classes = street_classes or {}
        positions = [container.position for container in containers]
        weekdays = np.ones((len(containers), 8), dtype=bool)
        for rule in policy.fixed_days:
            meant = _in_area(rule.area, positions)
            if rule.fraction is not None:
                meant = meant & np.array([container.fraction is rule.fraction for container in containers], dtype=bool)
            for weekday in WEEKDAYS - rule.weekdays:
                weekdays[meant, weekday] = False
        quiet = np.zeros((len(containers), len(policy.quiet_hours)), dtype=bool)
        for q, hours in enumerate(policy.quiet_hours):
            quiet[:, q] = _in_area(hours.area, positions)
            if hours.road_classes:
                quiet[:, q] &= np.array([classes.get(each.id) in hours.road_classes for each in containers], dtype=bool)
        markets = np.zeros((len(containers), len(policy.markets)), dtype=bool)
        for m, market in enumerate(policy.markets):
            markets[:, m] = _in_area(market.area, positions)
        return cls(policy, weekdays, quiet, markets, _free_days(policy, years, country))

    def kinds(self) -> tuple[NDArray[np.int64], list[int]]:
        """Containers alike in their hours: the kind of each (C,), and one container of each kind."""
        both = np.concatenate([self.quiet, self.markets], axis=1)
        if not both.shape[1] or not len(both):
            return np.zeros(len(both), dtype=np.int64), [0] if len(both) else []
        _, first, kind = np.unique(both, axis=0, return_index=True, return_inverse=True)
        return kind.reshape(-1).astype(np.int64), first.tolist()

    def shut(self, container: int, day: date, time_zone: tzinfo) -> list[Span]:
        """When no service may begin at a container on a day, in order and joined; the container by its place."""
        begins, ends = _local(day, time(), time_zone), _local(day + timedelta(days=1), time(), time_zone)
        spans: list[Span] = []
        for q, hours in enumerate(self.policy.quiet_hours):
            if self.quiet[container, q]:
                spans.append((begins, _local(day, hours.not_before, time_zone)))
        for m, market in enumerate(self.policy.markets):
            if self.markets[container, m] and day.isoweekday() in market.weekdays:
                spans.append((_local(day, market.starts, time_zone), _local(day, market.ends, time_zone)))
        return _joined([(max(start, begins), min(end, ends)) for start, end in spans if start < end])


def _in_area(area: Area | None, positions: Sequence[Position]) -> NDArray[np.bool_]:
    """(C,); an area of None is everywhere."""
    return np.ones(len(positions), dtype=bool) if area is None else inside(area, positions)


def _free_days(policy: Policy, years: range, country: str | None) -> frozenset[date]:
    if not policy.public_holidays:
        return policy.days_off
    if country is None:
        raise InvalidInput(
            "public holidays are days off, but whose they are is not known",
            where="policy public_holidays",
            remedy="name the days under days_off, or give the municipality a time zone of a country",
        )
    return policy.days_off | {date(*each) for each in public_holidays(country, years=years)}


def _local(day: date, at: time, time_zone: tzinfo) -> datetime:
    return datetime.combine(day, at, time_zone)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0].timestamp(), span[1].timestamp())):
        if joined and start.timestamp() <= joined[-1][1].timestamp():
            if end.timestamp() > joined[-1][1].timestamp():
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
