from __future__ import annotations

import numpy as np

from domain.containers import Fraction
from domain.observations import Quality
from routing.forecast import DAY_S, FillHistory, outlook
from routing.trust.corrections import Corrections, corrections
from routing.trust.judge import judge
from routing.trust.readings import CODE
from tests.routing.trust.series import BEGIN_S, HOUR_S, filling, hourly, table


def test_only_what_differs_is_told_and_only_after_a_moment() -> None:
    _, seen, _ = filling(20, emptied_at=9, rate=0.02)
    seen[[100, 300]] = 0.95
    judged = judge(table([filling(20)[1], seen]))
    found = corrections(judged, from_s=BEGIN_S)
    assert found.times_s.tolist() == [BEGIN_S + 100 * HOUR_S, BEGIN_S + 300 * HOUR_S]
    assert found.rows.tolist() == [1, 1]
    assert set(found.quality.tolist()) == {CODE[Quality.SPIKE]}
    assert np.all(np.abs(found.cleaned - [seen[99], seen[299]]) < 0.05)
    assert corrections(judged, from_s=BEGIN_S + 100 * HOUR_S).times_s.tolist() == [BEGIN_S + 300 * HOUR_S]


def test_what_ingest_found_suspect_gets_a_cleaned_level_where_there_is_one() -> None:
    _, seen, _ = filling(10, emptied_at=9)
    quality = np.zeros(len(seen), np.uint8)
    quality[50] = CODE[Quality.TILTED]
    seen[50] = 0.99
    found = corrections(judge(table([seen], quality=[quality])), from_s=-np.inf)
    assert found.quality.tolist() == [CODE[Quality.TILTED]]
    assert abs(found.cleaned[0] - seen[49]) < 0.05
    nothing = corrections(judge(table([seen], quality=[np.full(len(seen), quality[50])])), from_s=-np.inf)
    assert len(nothing) == 0, "without a good reading there is nothing to add to what ingest said"


def test_a_drifted_sensor_is_good_and_corrected() -> None:
    true, seen, emptied = filling(60, rate=0.1)
    assert len(emptied) > 5
    found = corrections(judge(table([seen + 0.15 * (1 - seen)])), from_s=BEGIN_S)
    assert (found.quality == 0).mean() > 0.95
    assert len(found) > 0.8 * len(seen)
    at = ((found.times_s - BEGIN_S) / HOUR_S).round().astype(int)
    assert np.median(np.abs(found.cleaned - true[at])) < 0.03


def test_cleaned_levels_are_shares_of_the_capacity_of_that_time() -> None:
    seen = np.full(40 * 24, 0.3) + np.random.default_rng(2).normal(0, 0.005, 40 * 24)
    changed = 20 * 24
    seen[changed:] *= 2
    seen[[100, 900]] = 0.95
    history = FillHistory(
        hourly(seen),
        seen,
        np.ones(len(seen), dtype=bool),
        capacity_l=(4000, 2000),
        capacity_from_s=(0, BEGIN_S + changed * HOUR_S),
    )
    at_s = BEGIN_S + 40 * DAY_S
    found = outlook({1: history}, fractions={1: Fraction.GLASS}, at_s=at_s, corrections_from_s=BEGIN_S).corrections
    by_hour = dict(zip(((found.times_s - BEGIN_S) / HOUR_S).tolist(), found.cleaned.tolist(), strict=True))
    assert abs(by_hour[100] - 0.3) < 0.05
    assert abs(by_hour[900] - 0.6) < 0.05


def test_joined_rows_are_those_of_the_whole() -> None:
    _, seen, _ = filling(20, emptied_at=9, rate=0.02)
    seen[100] = 0.95
    part = corrections(judge(table([seen])), from_s=-np.inf)
    whole = Corrections.joined([part, Corrections.none(), part], [0, 1, 7])
    assert whole.rows.tolist() == [0, 7]
    assert whole.rows.dtype == np.int64
    assert len(Corrections.joined([], [])) == 0
