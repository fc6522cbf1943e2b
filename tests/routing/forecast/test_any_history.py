"""Whatever is known of a container, the outlook answers, and its forecasts keep the laws of a distribution."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.containers import Fraction
from domain.geography import Position
from domain.health import SensorHealth
from domain.observations import Quality
from routing.forecast import DAY_S, FillHistory, Forecast, Outlook, Place, outlook
from routing.forecast.fractions import FRACTIONS
from routing.forecast.learning import calibrate
from routing.forecast.state import from_bytes, to_bytes
from routing.trust.readings import QUALITIES
from tests.routing.trust.series import filling

AT_S = datetime(2026, 11, 22, 16, tzinfo=UTC).timestamp()
HOUR_S = 3600.0
AMSTERDAM = ZoneInfo("Europe/Amsterdam")

levels = st.one_of(
    st.floats(-0.5, 2.0), st.sampled_from([0.0, 0.5, 1.0, -2.0, 5.0, np.nan, np.inf, -np.inf]), st.just(0.3)
)


@st.composite
def histories(draw: st.DrawFn) -> FillHistory:
    """Readings of any kind at any hours of four weeks, and more to come, reports, sensors, capacities, moves."""
    count = draw(st.one_of(st.integers(0, 4), st.integers(0, 60)))
    ages_h = draw(st.lists(st.floats(-48, 28 * 24), min_size=count, max_size=count))
    times_s = np.sort(AT_S - HOUR_S * np.round(np.array(ages_h), 1))
    if draw(st.booleans()):
        value: list[float] = draw(st.lists(levels, min_size=count, max_size=count))
    else:
        steps = draw(st.lists(st.floats(-0.05, 0.1), min_size=count, max_size=count))
        value = list(np.mod(np.cumsum(steps), 1.0)) if steps else []
    codes = st.integers(0, len(QUALITIES) - 1) if draw(st.booleans()) else st.just(0)
    quality = draw(st.lists(codes, min_size=count, max_size=count))
    emptied = draw(st.lists(st.floats(-24, 30 * 24), max_size=4))
    changed = draw(st.booleans())
    return FillHistory(
        times_s=times_s,
        levels=np.array(value, dtype=float),
        good=np.array(quality, dtype=int) == 0,
        quality=np.array(quality, dtype=np.uint8),
        sources=np.array(draw(st.lists(st.integers(1, 3), min_size=count, max_size=count)), dtype=np.int32),
        emptied_s=AT_S - HOUR_S * np.array(emptied),
        observed_levels=np.array([draw(st.sampled_from([np.nan, 0.0, 0.5, 1.2])) for _ in emptied]),
        capacity_l=(3000, 1500) if changed else (),
        capacity_from_s=(0.0, AT_S - 9 * DAY_S) if changed else (),
        moved_s=draw(st.sampled_from([None, AT_S - 5 * DAY_S, AT_S + DAY_S])),
    )


def assert_lawful(found: Forecast, *, from_s: float = AT_S) -> None:
    moments = [from_s + hours * HOUR_S for hours in (0, 1, 5, 12, 24, 25, 48, 72, 120, 240, 480, 2400)]
    for at_s in moments:
        quantiles = [found.quantile(q, at_s) for q in (0.01, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.99)]
        assert np.all(np.isfinite(quantiles))
        assert all(high >= low - 1e-9 for low, high in pairwise(quantiles))
        assert np.isfinite(found.mean(at_s))
        assert found.standard_deviation(at_s) >= 0
        assert 0 <= found.overflow_risk(at_s) <= 1
        risks = [found.overflow_risk(at_s, limit) for limit in (0.2, 0.5, 0.8, 1.0, 1.2)]
        assert all(later <= earlier + 1e-12 for earlier, later in pairwise(risks))
    over_time = [found.overflow_risk(at_s) for at_s in moments]
    assert all(later >= earlier - 1e-12 for earlier, later in pairwise(over_time))
    assert found.growth_per_day > 0
    assert found.level_sd >= 0


def assert_whole(seen: Outlook, count: int) -> None:
    assert len(seen.ids) == len(seen.health) == len(seen.trust) == len(seen.sources) == len(seen.forecasts) == count
    known = seen.trust[np.isfinite(seen.trust)]
    assert np.all((known >= 0) & (known <= 1))
    assert np.all((seen.sources < 0) == np.isnan(seen.heard_s))
    for each in seen.emptyings:
        assert each.from_s <= each.until_s
        assert 0 <= each.confidence <= 1
    assert np.all(seen.corrections.times_s <= AT_S)
    assert np.all((seen.corrections.rows >= 0) & (seen.corrections.rows < count))


@settings(max_examples=60, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=3))
def test_any_histories_have_an_outlook(known: list[FillHistory]) -> None:
    fractions = {n: FRACTIONS[n % len(FRACTIONS)] for n in range(len(known) + 1)}
    positions = {n: Position(5.0 + n / 1000, 52.0) for n in fractions}
    place = Place(AMSTERDAM, "NL")
    seen = outlook(
        dict(enumerate(known)),
        fractions=fractions,
        at_s=AT_S,
        place=place,
        positions=positions,
        corrections_from_s=-np.inf,
    )
    assert_whole(seen, len(fractions))
    for each in seen.forecasts.values():
        assert_lawful(each)
    # The night after, with nothing new and with all of it read again.
    learned = from_bytes(to_bytes(seen.learned))
    for again in ({}, dict(enumerate(known))):
        later = outlook(again, fractions=fractions, at_s=AT_S + DAY_S, place=place, learned=learned)
        for each in later.forecasts.values():
            assert_lawful(each, from_s=AT_S + DAY_S)


def hourly(seen: np.ndarray, *, until_s: float = AT_S) -> FillHistory:
    times_s = until_s - HOUR_S * np.arange(len(seen))[::-1]
    return FillHistory(times_s, seen, np.ones(len(seen), dtype=bool))


CASES = {
    "empty history": FillHistory(),
    "one reading": hourly(np.array([0.4])),
    "one reading long ago": hourly(np.array([0.4]), until_s=AT_S - 80 * DAY_S),
    "all suspect": replace(hourly(np.full(500, 0.4)), good=np.zeros(500, dtype=bool)),
    "all stuck": hourly(np.full(900, 0.4)),
    "never fills": hourly(np.random.default_rng(1).normal(0.02, 0.004, 900)),
    "always full": hourly(np.random.default_rng(2).normal(1.02, 0.004, 900)),
    "no numbers": hourly(np.full(300, np.nan)),
    "one time": replace(hourly(np.full(50, 0.5)), times_s=np.full(50, AT_S - HOUR_S)),
    "all in the future": hourly(np.full(50, 0.5), until_s=AT_S + 90 * DAY_S),
    "only reports": FillHistory(emptied_s=AT_S - DAY_S * np.arange(1, 9)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("company", [False, True], ids=["alone", "in a town"])
def test_a_stated_answer(name: str, company: bool) -> None:
    town = {n: hourly(filling(40, rate=0.05, seed=n)[1]) for n in range(1, 8)} if company else {}
    known = {0: CASES[name], **town}
    fractions = dict.fromkeys(known, Fraction.GLASS)
    seen = outlook(known, fractions=fractions, at_s=AT_S, corrections_from_s=-np.inf)
    assert_whole(seen, len(known))
    found = seen.forecasts[0]
    assert_lawful(found)
    if name == "never fills":
        assert found.overflow_risk(AT_S + 7 * DAY_S) < 0.01
        assert found.growth_per_day < 0.01
    elif name == "always full":
        assert found.overflow_risk(AT_S) > 0.5
    elif name == "one reading":
        assert found.mean(AT_S) == pytest.approx(0.4, abs=0.05)
        assert found.quantile(0.9, AT_S) - found.quantile(0.1, AT_S) > 0.15
    elif name == "all stuck":
        # Alone there is nothing to tell a stuck sensor from a coarse one in a container that nobody uses.
        assert seen.health[0].health is (SensorHealth.STUCK if company else SensorHealth.HEALTHY)
        assert (found.last_observed_s is None) is company
    elif name == "only reports":
        assert found.last_emptied_s == AT_S - DAY_S
    else:
        # Nothing to go by: as wide as a container of which nothing is known.
        assert name == "one time" or found.quantile(0.9, AT_S) - found.quantile(0.1, AT_S) > 0.3


def test_a_container_that_is_rebound_to_another_sensor_goes_on_from_it() -> None:
    """The old sensor reads 25 points too high; the new one begins in the middle of a cycle."""
    true, seen, _ = filling(40, rate=0.05, seed=3)
    sources = np.where(np.arange(len(seen)) < 20 * 24, 1, 2).astype(np.int32)
    seen = np.where(sources == 1, seen + 0.25, seen)
    known = replace(hourly(seen), sources=sources)
    found = outlook({0: known}, fractions={0: Fraction.GLASS}, at_s=AT_S)
    assert found.sources.tolist() == [2]
    assert found.forecasts[0].level == pytest.approx(true[-1], abs=0.05)
    assert not any(abs(each.until_s - known.times_s[20 * 24]) < HOUR_S for each in found.emptyings)
    assert_lawful(found.forecasts[0])


def test_a_week_of_holidays_and_a_leap_day_between() -> None:
    """Christmas to New Year, and the end of February of a leap year, beside the same in another year."""
    for end in (datetime(2027, 12, 24, 12, tzinfo=UTC), datetime(2028, 2, 28, 12, tzinfo=UTC)):
        at_s = end.timestamp()
        known = hourly(filling(40, rate=0.06, seed=4)[1], until_s=at_s)
        for country in (None, "NL"):
            found = outlook(
                {0: known}, fractions={0: Fraction.PAPER}, at_s=at_s, place=Place(AMSTERDAM, country)
            ).forecasts[0]
            assert_lawful(found, from_s=at_s)
            assert found.mean(at_s + 8 * DAY_S) > found.mean(at_s) + 0.2


def test_a_town_without_any_history_learns_nothing_and_answers() -> None:
    groups = np.zeros(3, dtype=np.int64)
    calibration = calibrate([FillHistory()] * 3, groups, place=Place(), at_s=AT_S)
    seen = outlook({}, fractions=dict.fromkeys(range(3), Fraction.RESIDUAL), at_s=AT_S, calibration=calibration)
    assert [each.health for each in seen.health] == [SensorHealth.SILENT] * 3
    assert_whole(seen, 3)
    assert_whole(outlook({}, fractions={}, at_s=AT_S), 0)


def test_every_quality_has_its_code() -> None:
    assert tuple(Quality) == QUALITIES
