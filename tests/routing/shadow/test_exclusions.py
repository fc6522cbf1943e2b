"""Which days count, and why the others do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.saving import ComparedDay, Exclusion, LookBack, World
from routing.shadow.exclusions import exclusions
from tests.routing.shadow.compared import MONDAY, compared, side

DAY = compared(MONDAY)
SHADOW = replace(DAY, driven=World.FIXED_SCHEDULE, approved=False)


def looked_back(**more: Any) -> LookBack:
    plain = LookBack(emptied_share=1.0, extra_emptyings=0, overflow_days=0.0, heard_share=1.0)
    return replace(plain, **more)


def test_a_day_as_it_should_be_counts() -> None:
    assert exclusions(DAY) == ()
    assert exclusions(SHADOW) == (), "nobody approves a plan that is not driven"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"looked_back": None}, Exclusion.NOT_OVER),
        ({"approved": False}, Exclusion.NOT_APPROVED),
        ({"looked_back": looked_back(emptied_share=0.79)}, Exclusion.NOT_DRIVEN),
        ({"looked_back": looked_back(emptied_share=None)}, Exclusion.DRIVING_UNKNOWN),
        ({"looked_back": looked_back(extra_emptyings=7)}, Exclusion.CHANGED_BY_HAND),
        ({"halfvol": None, "plan_id": None, "problem": Exclusion.NO_PLAN}, Exclusion.NO_PLAN),
        ({"fixed_schedule": None, "problem": Exclusion.ROUTES_REFUSED}, Exclusion.ROUTES_REFUSED),
        ({"fixed_schedule": None}, Exclusion.NO_OTHER_SIDE),
        ({"estimated": True}, Exclusion.ESTIMATED),
        ({"trusted_share": 0.49}, Exclusion.FEW_TRUSTED),
        ({"settled_share": 0.79, "began_on": MONDAY - timedelta(days=27)}, Exclusion.SETTLING),
    ],
)
def test_one_reason_each(change: dict[str, Any], reason: Exclusion) -> None:
    assert exclusions(replace(DAY, **change)) == (reason,)


@pytest.mark.parametrize(
    "change",
    [
        {"looked_back": looked_back(emptied_share=0.8)},
        {"looked_back": looked_back(extra_emptyings=6)},
        {"trusted_share": 0.5},
        {"settled_share": 0.8, "began_on": MONDAY},
        {"settled_share": 0.1, "began_on": MONDAY - timedelta(days=28)},
        # A day on which the real world has nothing to drive needs no proof that it was driven.
        {"halfvol": side(0, stops=0), "looked_back": looked_back(emptied_share=None)},
    ],
)
def test_at_its_limit_a_day_still_counts(change: dict[str, Any]) -> None:
    assert exclusions(replace(DAY, **change)) == ()


def test_who_asks_for_less_trust_gets_more_days() -> None:
    blind: ComparedDay = replace(DAY, trusted_share=0.2)
    assert exclusions(blind) == (Exclusion.FEW_TRUSTED,)
    assert exclusions(blind, least_trusted=0.2) == ()
