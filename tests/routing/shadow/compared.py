"""Compared days to make reports of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.saving import ComparedDay, LookBack, Side, World

MONDAY = date(2026, 9, 7)

SIDE = Side(
    distance_m=100_000,
    duration_s=36_000,
    vehicles=2,
    stops=100,
    kg=12_000,
    cost=100_000,
    overflow_days=1.0,
    overflow_sd=0.5,
)


def side(km: float = 100.0, **more: Any) -> Side:
    return replace(SIDE, distance_m=round(1000 * km), **more)


def compared(day: date, *, halfvol: float = 60.0, fixed: float = 100.0, **more: Any) -> ComparedDay:
    """A day that counts, with the kilometres of both sides."""
    plain = ComparedDay(
        municipality_id=1,
        date=day,
        driven=World.HALFVOL,
        known_at=datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=4),
        plan_id=1,
        approved=True,
        began_on=date(2026, 6, 1),
        containers=300,
        settled_share=1.0,
        trusted_share=0.95,
        estimated=False,
        halfvol=side(halfvol, stops=60, overflow_days=0.5),
        fixed_schedule=side(fixed),
        looked_back=LookBack(emptied_share=1.0, extra_emptyings=0, overflow_days=0.25, heard_share=0.9),
    )
    return replace(plain, **more)


def working_days(count: int) -> list[date]:
    """Mondays to Fridays from a Monday on."""
    weeks, rest = divmod(count, 5)
    return [MONDAY + timedelta(weeks=n // 5, days=n % 5) for n in range(5 * weeks + rest)]
