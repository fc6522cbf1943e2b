"""The nightly job's way: all containers at once, and from one night to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.geography import Position
from routing.backtest.rolling import roll_cases
from routing.backtest.rows import Setting
from routing.forecast import DAY_S, FillHistory, Place, forecast, outlook
from routing.forecast.base_shape import PROBABILITIES
from routing.forecast.calibration import Calibration, Cases, learn, quantiles
from routing.forecast.fractions import FRACTIONS, USUAL_RATES
from routing.forecast.history import table_of
from routing.forecast.learning import calibrate
from routing.forecast.state import CONTEXT_DAYS, LAG_DAYS, from_bytes, to_bytes
from tests.routing.trust.series import BEGIN_S, filling, hourly

DAYS = 60
AT_S = BEGIN_S + DAYS * DAY_S
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def history(rate: float, seed: int = 0, days: int = DAYS) -> FillHistory:
    seen = filling(days, rate=rate, seed=seed)[1]
    return FillHistory(hourly(seen), seen, np.ones(len(seen), dtype=bool))


@pytest.fixture(scope="module")
def town() -> dict[int, FillHistory]:
    return {n: history(0.03 + 0.004 * n, seed=n) for n in range(30)}


GLASS = dict.fromkeys(range(30), Fraction.GLASS)


def test_night_after_night_is_as_learning_anew(town: dict[int, FillHistory]) -> None:
    early_s = AT_S - 5 * DAY_S
    first = outlook(town, fractions=GLASS, at_s=early_s)
    stored = from_bytes(to_bytes(first.learned))
    since_s = early_s - (CONTEXT_DAYS + LAG_DAYS) * DAY_S
    short = {
        n: FillHistory(
            each.times_s[each.times_s >= since_s],
            each.levels[each.times_s >= since_s],
            each.good[each.times_s >= since_s],
        )
        for n, each in town.items()
    }
    after = outlook(short, fractions=GLASS, at_s=AT_S, learned=stored).forecasts
    anew = outlook(town, fractions=GLASS, at_s=AT_S).forecasts
    for n in GLASS:
        assert after[n].growth_per_day == pytest.approx(anew[n].growth_per_day, rel=0.03)
        assert after[n].mean(AT_S + 2 * DAY_S) == pytest.approx(anew[n].mean(AT_S + 2 * DAY_S), abs=0.01)
        assert after[n].quantile(0.95, AT_S + 2 * DAY_S) == pytest.approx(
            anew[n].quantile(0.95, AT_S + 2 * DAY_S), abs=0.02
        )


def test_a_container_silent_for_longer_than_is_read_again_keeps_its_level(town: dict[int, FillHistory]) -> None:
    cut = town[0].times_s < AT_S - 30 * DAY_S
    silent = replace(town[0], times_s=town[0].times_s[cut], levels=town[0].levels[cut], good=town[0].good[cut])
    learned = outlook({**town, 0: silent}, fractions=GLASS, at_s=AT_S - DAY_S).learned
    later = outlook({n: each for n, each in town.items() if n}, fractions=GLASS, at_s=AT_S, learned=learned)
    known = forecast(silent, fraction=Fraction.GLASS, at_s=AT_S)
    assert later.forecasts[0].last_observed_s == silent.times_s[-1]
    assert later.forecasts[0].last_level == pytest.approx(known.last_level)


def test_a_container_of_which_nothing_was_heard_stands_as_the_last_round_left_it(town: dict[int, FillHistory]) -> None:
    round_s = AT_S - 3 * DAY_S
    reported = FillHistory(emptied_s=np.array([AT_S - 9 * DAY_S]))
    known = {n: each for n, each in town.items() if n} | {1: reported}
    glass = GLASS | {30: Fraction.GLASS}
    rounds_s = dict.fromkeys(range(30), round_s) | {30: AT_S - 3600.0}
    without = outlook(known, fractions=glass, at_s=AT_S).forecasts
    found = outlook(known, fractions=glass, at_s=AT_S, rounds_s=rounds_s).forecasts
    assert found[0].origin_s == round_s
    assert found[0].mean(AT_S) == pytest.approx(0.02 + 3 * found[0].growth_per_day, abs=0.03)
    assert found[0].mean(AT_S) < without[0].mean(AT_S) - 0.1
    assert found[0].overflow_risk(AT_S + 2 * DAY_S) < without[0].overflow_risk(AT_S + 2 * DAY_S) / 2
    assert found[0].last_emptied_s is None, "nobody said so"
    assert found[1].origin_s == AT_S - 9 * DAY_S, "what was reported counts"
    assert found[2].level == without[2].level, "and so do readings"
    assert found[30].origin_s == without[30].origin_s, "the round is still out"


def test_a_container_silent_since_before_the_last_round_stands_as_that_left_it(town: dict[int, FillHistory]) -> None:
    def until(number: int, end_s: float) -> FillHistory:
        cut = town[number].times_s < end_s
        return replace(
            town[number],
            times_s=town[number].times_s[cut],
            levels=town[number].levels[cut],
            good=town[number].good[cut],
        )

    round_s = AT_S - 1.5 * DAY_S
    silent = until(0, AT_S - 4 * DAY_S)
    reporting = replace(until(1, AT_S - 4 * DAY_S), emptied_s=np.array([AT_S - 3 * DAY_S]))
    heard = until(2, AT_S - 1.0 * DAY_S)
    known = town | {0: silent, 1: reporting, 2: heard}
    without = outlook(known, fractions=GLASS, at_s=AT_S).forecasts
    found = outlook(known, fractions=GLASS, at_s=AT_S, rounds_s=dict.fromkeys(known, round_s)).forecasts
    assert found[0].origin_s == round_s
    assert found[0].mean(AT_S) == pytest.approx(0.02 + 1.5 * found[0].growth_per_day, abs=0.04)
    assert (found[0].last_observed_s, found[0].last_level) == (silent.times_s[-1], without[0].last_level)
    assert found[1].origin_s == AT_S - 3 * DAY_S, "who reports has not been there since"
    assert found[2].level == without[2].level, "it was heard after the round"


def test_what_cannot_be_read_is_learned_anew() -> None:
    with pytest.raises(InvalidInput, match="learned anew"):
        from_bytes(b"PK no such thing")


def test_a_container_without_a_sensor_fills_as_its_neighbours_do() -> None:
    histories = {n: history(0.16 if n < 8 else 0.03, seed=n) for n in range(16)}
    fractions = dict.fromkeys(range(18), Fraction.PAPER)
    positions = {n: Position(5.0 if n < 8 else 5.05, 52.0 + 0.0002 * n) for n in range(16)}
    positions |= {16: Position(5.0, 52.001), 17: Position(5.05, 52.001)}
    found = outlook(histories, fractions=fractions, at_s=AT_S, positions=positions).forecasts
    assert found[16].growth_per_day > 2 * found[17].growth_per_day
    seen = found[3]
    assert found[16].standard_deviation(AT_S + DAY_S) > 3 * seen.standard_deviation(AT_S + DAY_S)


def test_what_drivers_saw_stands_in_for_a_sensor() -> None:
    emptied_s = AT_S - DAY_S * np.arange(50, 0, -7)
    eye = FillHistory(emptied_s=emptied_s, observed_levels=np.full(len(emptied_s), 0.7))
    found = forecast(eye, fraction=Fraction.GLASS, at_s=AT_S)
    assert found.growth_per_day == pytest.approx(0.1, rel=0.2)
    assert forecast(
        FillHistory(emptied_s=emptied_s), fraction=Fraction.GLASS, at_s=AT_S
    ).growth_per_day == pytest.approx(0.05)


def test_a_changed_capacity_changes_the_rate_and_a_move_forgets() -> None:
    before, after = filling(40, rate=0.04, seed=1)[1], filling(20, rate=0.08, seed=2)[1]
    seen = np.concatenate([before, after])
    plain = FillHistory(hourly(seen), seen, np.ones(len(seen), dtype=bool))
    changed_s = BEGIN_S + 40 * DAY_S
    smaller = replace(plain, capacity_l=(4000, 2000), capacity_from_s=(0, changed_s))
    assert forecast(smaller, fraction=Fraction.GLASS, at_s=AT_S).growth_per_day == pytest.approx(0.08, rel=0.2)
    here = forecast(plain, fraction=Fraction.GLASS, at_s=AT_S).growth_per_day
    moved = forecast(replace(plain, moved_s=changed_s), fraction=Fraction.GLASS, at_s=AT_S).growth_per_day
    assert abs(moved - 0.08) < abs(here - 0.08)
    with pytest.raises(InvalidInput, match="capacity of 0"):
        FillHistory(capacity_l=(0,), capacity_from_s=(0,))


def test_past_forecasts_teach_and_intervals_hold() -> None:
    known = [history(0.03 + 0.004 * (n % 30), seed=n, days=90) for n in range(60)]
    groups = np.full(60, FRACTIONS.index(Fraction.GLASS))
    cases, clock = roll_cases(table_of(known), Setting(UTC, None, groups, USUAL_RATES, every_h=61, warm_up_days=14))
    assert cases is not None
    early, late = (np.flatnonzero(side) for side in (cases.target_s < AT_S, cases.target_s >= AT_S + 3 * DAY_S))
    taught = learn(Cases(cases.origin.taken(early), cases.target_s[early], cases.level[early], cases.h[early]), clock)
    found = quantiles(cases.origin.taken(late), clock, taught, cases.target_s[late])
    probabilities = PROBABILITIES.tolist()
    for low, high in ((0.1, 0.9), (0.025, 0.975)):
        below, above = found[:, probabilities.index(low)], found[:, probabilities.index(high)]
        share = np.mean((cases.level[late] >= below) & (cases.level[late] <= above))
        assert share == pytest.approx(high - low, abs=0.05)
    assert np.all(np.diff(found, axis=1) >= 0)
    # Outcomes of one moment alone teach as well.
    first = np.flatnonzero(cases.h == 1)[:60]
    at_once = Cases(cases.origin.taken(first), np.full(60, AT_S), cases.level[first], cases.h[first])
    assert np.isfinite(learn(at_once, clock).variance).all()


def test_a_doubted_reading_foretells_two_cases(town: dict[int, FillHistory]) -> None:
    basis = outlook(town, fractions=GLASS, at_s=AT_S).basis
    known = basis.origin.taken(np.array([3, 4]))
    cases = np.array([[[0.8, 0.01], [0.3, 0.01]], [[0.4, 0.02], [0.4, 0.02]]])
    doubted = replace(known, level=np.array([0.45, 0.4]), level_sd=np.array([0.23, 0.02]), wrong=np.array([0.7, 0.5]))
    found = quantiles(replace(doubted, cases=cases), basis.clock, basis.calibration, np.full(2, AT_S + 3600.0))
    at = dict(zip(PROBABILITIES.tolist(), found[0].tolist(), strict=True))
    assert at[0.025] > 0.2
    assert at[0.6] < 0.4
    assert at[0.75] > 0.75
    assert at[0.9995] < 0.95
    # Two cases that are the same are one.
    sure = replace(known, level=doubted.level, level_sd=doubted.level_sd, wrong=np.zeros(2))
    alone = quantiles(sure, basis.clock, basis.calibration, np.full(2, AT_S + 3600.0))
    assert found[1, 2:-2] == pytest.approx(alone[1, 2:-2], abs=0.005)
    assert np.all(np.diff(found, axis=1) >= 0)


def test_what_an_echoing_sensor_says_later_teaches_nothing(town: dict[int, FillHistory]) -> None:
    """Its outcomes may be false echoes: with them, all forecasts would be taken to be worse than they are."""
    luck = np.random.default_rng(5)
    known = dict(town)
    for n in range(0, 30, 3):
        echo = np.repeat(luck.uniform(size=len(known[n].levels) // 15 + 1) < 0.4, 15)[: len(known[n].levels)]
        known[n] = replace(known[n], levels=np.where(echo, np.maximum(known[n].levels, 0.85), known[n].levels))
    groups = np.full(30, FRACTIONS.index(Fraction.GLASS))
    healthy = [town[n] for n in range(30) if n % 3]
    alone = calibrate(healthy, groups[:20], place=Place(), at_s=AT_S)
    among = calibrate(list(known.values()), groups, place=Place(), at_s=AT_S)
    # Standardised quantiles times the spread, of a day's growth.
    top = PROBABILITIES.tolist().index(0.975)
    assert among.shape[1, 1, top] == pytest.approx(alone.shape[1, 1, top], rel=0.25)
    assert among.variance[1] == pytest.approx(alone.variance[1], rel=0.6, abs=0.6)


def test_little_history_teaches_nothing() -> None:
    groups = np.full(1, FRACTIONS.index(Fraction.GLASS))
    assert calibrate([FillHistory()], groups, place=Place(), at_s=AT_S).weight.max() == 0
    assert calibrate([history(0.05, days=10)], groups, place=Place(), at_s=AT_S).weight.max() == 0


def test_an_untaught_calibration_is_the_gamma_model() -> None:
    assert Calibration.none().shape.shape[-1] == len(PROBABILITIES)
    assert not Calibration.none().mean.any()


@pytest.mark.parametrize("month_day", [(3, 29), (10, 25), (12, 25), (2, 28)])
def test_risk_never_falls_over_clock_changes_holidays_and_leap_days(month_day: tuple[int, int]) -> None:
    at_s = datetime(2028, *month_day, 0, 30, tzinfo=AMSTERDAM).astimezone(UTC).timestamp()
    seen = filling(30, rate=0.08, seed=4)[1]
    times_s = at_s - 3600.0 * np.arange(len(seen))[::-1]
    known = FillHistory(times_s, seen, np.ones(len(seen), dtype=bool))
    found = forecast(known, fraction=Fraction.PAPER, at_s=at_s, place=Place(AMSTERDAM, "NL"))
    risks = [found.overflow_risk(at_s + 1800.0 * n) for n in range(24 * 2 * 16)]
    assert all(later >= earlier - 1e-12 for earlier, later in pairwise(risks))
    assert risks[-1] > 0.5


def test_the_outlook_tells_the_health_of_every_sensor(town: dict[int, FillHistory]) -> None:
    found = outlook(town, fractions={**GLASS, 99: Fraction.GLASS}, at_s=AT_S)
    assert [each.health.value for each in found.health] == ["healthy"] * 30 + ["silent"]
    assert np.all(found.trust[:30] > 0.9)
    assert np.isnan(found.trust[30])
    assert found.sources.tolist() == [0] * 30 + [-1]


def test_a_bin_that_tells_a_coarse_level_once_a_day_is_known_by_what_a_day_brings() -> None:
    """Daily readings in fifths: a day at 0 or two, then 0.4, 0.8, and emptied."""
    random = np.random.default_rng(7)
    known = []
    for _ in range(20):
        levels: list[float] = []
        while len(levels) < 200:
            levels += [0.0] * int(random.integers(1, 4)) + [0.4, 0.8]
        seen = np.array(levels[:200])
        known.append(FillHistory(BEGIN_S + DAY_S * np.arange(200), seen, np.ones(200, dtype=bool)))
    groups = np.full(20, FRACTIONS.index(Fraction.RESIDUAL))
    at_s = BEGIN_S + 190 * DAY_S
    taught = calibrate(known, groups, place=Place(), at_s=at_s)
    histories = dict(enumerate(known))
    found = outlook(histories, fractions=dict.fromkeys(range(20), Fraction.RESIDUAL), at_s=at_s, calibration=taught)
    at_two_fifths = [each for n, each in found.forecasts.items() if known[n].levels[190] == 0.4]
    assert at_two_fifths
    for each in at_two_fifths:
        assert 0.55 < each.quantile(0.5, at_s + DAY_S) < 0.95
        assert 0.1 < each.growth_per_day < 0.5
