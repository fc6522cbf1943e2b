from __future__ import annotations

import numpy as np
import pytest

from domain.errors import InvalidInput
from domain.observations import Quality
from routing.trust.judge import judge
from routing.trust.judged import Judged, newest
from routing.trust.readings import CODE, QUALITIES, Readings
from tests.routing.trust.series import BEGIN_S, HOUR_S, filling, hourly, table


def reasons(judged: Judged) -> list[str]:
    return [QUALITIES[code].value for code in judged.quality.tolist()]


def test_good_readings_are_good_and_keep_their_level() -> None:
    true, seen, emptied = filling(60)
    judged = judge(table([seen]))
    assert judged.good.mean() > 0.99
    assert np.abs(judged.cleaned - true).max() < 0.1
    assert len(judged.seen.rows) == len(emptied)


def test_a_spike_is_told_and_bridged() -> None:
    true, seen, _ = filling(20, emptied_at=9, rate=0.02)
    seen[100], seen[200:202] = 0.95, -0.05
    judged = judge(table([seen]))
    assert {reasons(judged)[n] for n in (100, 200, 201)} == {"spike"}
    assert abs(judged.cleaned[100] - true[100]) < 0.05
    assert judged.readings.levels[100] == 0.95, "the raw level stays beside the cleaned one"
    assert not len(judged.seen.rows)


def test_a_false_echo_that_toggles_is_told_from_the_waste() -> None:
    true, seen, _ = filling(60, rate=0.03)
    random = np.random.default_rng(3)
    echo = np.repeat(random.random(60 * 24 // 12) < 0.3, 12) & (true < 0.6)
    seen[echo] = 0.85 + random.normal(0, 0.003, int(echo.sum()))
    judged = judge(table([seen]))
    named = np.isin(judged.quality, [CODE[Quality.FALSE_ECHO], CODE[Quality.SPIKE]])
    assert (named & echo).sum() > 0.9 * echo.sum()
    assert (named & ~echo).sum() < 0.1 * (~echo).sum()
    assert (np.abs(judged.cleaned - true) < 0.1).mean() > 0.9


def test_a_stuck_sensor_is_told_and_a_quiet_one_is_not() -> None:
    _, seen, _ = filling(30)
    frozen = seen.copy()
    frozen[400:] = frozen[400]
    never = 0.2 + np.random.default_rng(1).normal(0, 0.01, 720)
    empty = np.zeros(720)
    judged = judge(table([frozen, seen, never, empty]))
    rows = judged.readings.rows()
    assert set(np.array(reasons(judged))[400:720]) == {"stuck"}
    assert all(judged.good[rows == c].mean() > 0.95 for c in (1, 2, 3))


def test_impossible_levels_and_repeated_times() -> None:
    seen = np.array([0.2, np.nan, 5.0, -3.0, np.inf, 0.21, 0.22, 0.9])
    times_s = hourly(seen)
    times_s[7] = times_s[6]
    judged = judge(table([seen], times_s=[times_s]))
    assert reasons(judged) == ["good", "range", "range", "range", "range", "good", "good", "clock"]
    assert np.isfinite(judged.cleaned).all()


def test_what_ingest_found_stays() -> None:
    _, seen, _ = filling(10)
    quality = np.zeros(len(seen), np.uint8)
    quality[7] = CODE[Quality.TILTED]
    judged = judge(table([seen], quality=[quality]))
    assert reasons(judged)[7] == "tilted"


def test_drift_of_the_empty_level_is_taken_out() -> None:
    true, seen, _ = filling(90, rate=0.1)
    drifted = seen + 0.15 * (1 - seen)
    judged = judge(table([drifted]))
    assert judged.drift[0] == pytest.approx(0.15, abs=0.04)
    assert np.abs(judged.cleaned - true).mean() < 0.04
    assert np.abs(judge(table([drifted]), correct_drift=False).cleaned - drifted).mean() < 0.01
    assert judge(table([seen])).drift[0] == 0


def test_emptyings_with_lost_hours_and_partial_ones() -> None:
    _, seen, emptied = filling(40, rate=0.1)
    kept = np.random.default_rng(5).random(len(seen)) < 0.6
    times_s = hourly(seen)[kept]
    judged = judge(table([seen[kept]], times_s=[times_s]))
    for hour in emptied:
        at_s = BEGIN_S + HOUR_S * hour
        assert np.any((judged.seen.from_s < at_s) & (at_s <= judged.seen.until_s + 1)), hour
    assert len(judged.seen.rows) == len(emptied)
    assert judged.seen.confidence.min() > 0.9
    half = np.concatenate([np.linspace(0.5, 0.9, 200), np.linspace(0.4, 0.6, 100)])
    (only,) = judge(table([half + np.random.default_rng(6).normal(0, 0.01, 300)])).seen.after
    assert only == pytest.approx(0.4, abs=0.05)


def test_emptyings_of_a_bin_that_is_full_within_days_and_tells_six_levels_a_day() -> None:
    """From reading to reading the level leaps up and falls; a median around it says nothing about noise or spikes."""
    random = np.random.default_rng(4)
    levels, emptied, level = np.empty(300), 0, 0.0
    for n in range(300):
        level += random.gamma(1.2, 0.25)
        levels[n] = min(np.floor(level / 0.2) * 0.2, 0.8)
        if level > 0.75:
            level, emptied = 0.0, emptied + 1
    judged = judge(table([levels], times_s=[BEGIN_S + 24 * HOUR_S * np.arange(300)]))
    falls = int(((levels[1:] < 0.25) & (levels[:-1] > 0.75)).sum())
    assert falls > 50
    assert len(judged.seen.rows) >= 0.85 * falls
    assert judged.good.mean() > 0.9
    assert 0.1 < judged.rates[0] < 0.6


def test_a_driver_overrules_a_few_readings() -> None:
    """Ten readings say 90 %, the driver found 20 %: they saw something else."""
    _, seen, _ = filling(10, rate=0.02, emptied_at=9)
    level = seen[199]
    told = np.concatenate([seen[:200], np.full(8, 0.9), np.linspace(0.02, 0.05, 40)])
    told[200:208] += np.random.default_rng(2).normal(0, 0.01, 8)
    at_s = BEGIN_S + HOUR_S * 207.5
    alone = judge(table([told]))
    overruled = judge(table([told], sightings=[(0, at_s, float(level))]))
    assert overruled.seen.before[-1] == pytest.approx(level, abs=0.05)
    assert not overruled.good[200:208].any()
    assert alone.good[200:208].sum() >= overruled.good[200:208].sum()


def test_what_neither_grows_nor_falls_with_an_emptying_is_a_false_echo() -> None:
    hours = np.arange(480 + 20)
    seen = 0.1 * (hours % 96) / 24 + np.random.default_rng(2).normal(0, 0.005, len(hours))
    seen[480 - 12 :] = 0.86 + np.random.default_rng(3).normal(0, 0.003, 32)
    told = judge(table([seen], sightings=[(0, BEGIN_S + (480 - 0.5) * HOUR_S, 0.4)]))
    assert told.good[:-32].mean() > 0.99
    assert not told.good[-32:].any()


def test_what_is_full_and_grows_is_believed_when_an_emptying_is_reported() -> None:
    """The driver drove by."""
    seen = np.linspace(0.1, 0.9, 24 * 8) + np.random.default_rng(2).normal(0, 0.01, 24 * 8)
    told = judge(table([seen], sightings=[(0, BEGIN_S + 24 * 7 * HOUR_S + 1800, np.nan)]))
    assert told.good.mean() > 0.95


def test_a_coarse_sensor_that_stands_still_is_believed() -> None:
    """A bin that is full after three days and emptied once a week, of which a level is told each day."""
    random = np.random.default_rng(4)
    level = np.concatenate([np.cumsum([0, *random.gamma(1.2, 0.35, 6)]) for _ in range(42)])
    seen = np.minimum(np.floor(level / 0.2) * 0.2, 0.8)
    told = judge(table([seen], times_s=[BEGIN_S + 24 * HOUR_S * np.arange(len(seen))]))
    assert told.good.mean() > 0.99
    assert len(told.seen.rows) == 41


def test_nothing_and_next_to_nothing() -> None:
    nothing = judge(table([np.empty(0), np.empty(0)]))
    assert len(nothing.quality) == 0
    one = judge(table([np.empty(0), np.array([0.4]), np.array([np.nan])]))
    assert reasons(one) == ["good", "range"]
    assert np.isnan(one.cleaned[1])


def test_each_container_is_judged_by_itself() -> None:
    several = [filling(40, rate=0.02 * (n + 1), seed=n)[1] for n in range(5)]
    together, readings = judge(table(several)), table(several)
    for c in range(5):
        alone = judge(readings.taken(np.array([c])))
        mine = slice(int(readings.starts[c]), int(readings.starts[c + 1]))
        np.testing.assert_array_equal(alone.quality, together.quality[mine])
        np.testing.assert_allclose(alone.cleaned, together.cleaned[mine])


def test_pieces_of_a_table_join_to_the_whole() -> None:
    several = [filling(5, seed=n)[1] for n in range(3)]
    whole = table(several, sightings=[(1, BEGIN_S, 0.5)])
    again = Readings.joined([whole.taken(np.array([0])), whole.taken(np.array([1, 2]))])
    np.testing.assert_array_equal(again.times_s, whole.times_s)
    np.testing.assert_array_equal(again.sighting_rows, [1])
    part = whole.between(BEGIN_S + HOUR_S, BEGIN_S + 3 * HOUR_S)
    assert np.diff(part.starts).tolist() == [2, 2, 2]
    few = newest(judge(whole), count=4)
    assert np.diff(few.readings.starts).tolist() == [4, 4, 4]
    assert few.readings.times_s[3] == whole.times_s[119]


def test_arrays_that_do_not_fit() -> None:
    with pytest.raises(InvalidInput, match="differ in length"):
        Readings(np.array([0, 2]), np.zeros(2), np.zeros(1), np.zeros(2, np.uint8), np.zeros(2, np.int32))


def test_what_lies_below_a_fixed_echo_is_the_waste() -> None:
    """Sensors that see something at 85 % for a day at a time; in between emptyings and quick refillings."""
    levels, truth = [], []
    for seed in range(12):
        true, seen, _ = filling(60, rate=0.12, emptied_at=0.5, seed=seed)
        random = np.random.default_rng(seed)
        echo = np.repeat(random.random(60) < 0.45, 24)
        levels.append(np.where(echo, np.maximum(seen, 0.85 + random.normal(0, 0.003, len(seen))), seen))
        truth.append(true)
    judged = judge(table(levels))
    assert (judged.quality == CODE[Quality.NO_ECHO]).sum() < 0.002 * len(judged.quality)
    assert (np.abs(judged.cleaned - np.concatenate(truth)) < 0.1).mean() > 0.8
