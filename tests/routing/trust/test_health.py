from __future__ import annotations

import numpy as np
import pytest

from domain.health import SensorHealth
from domain.judged_emptyings import Verdict
from domain.observations import Quality
from routing.trust.battery import battery
from routing.trust.emptyings import reconcile
from routing.trust.health import Finding, health
from routing.trust.judge import judge
from routing.trust.judged import Judged
from routing.trust.readings import CODE
from tests.routing.trust.series import BEGIN_S, HOUR_S, filling, hourly, table


def laid(judged: Judged):
    readings, good = judged.readings, judged.good
    return reconcile(
        judged.seen,
        report_rows=readings.sighting_rows,
        reports_s=readings.sightings_s,
        reading_rows=readings.rows()[good],
        reading_times_s=readings.times_s[good],
        reading_levels=judged.cleaned[good],
    )


def found(judged: Judged, *, days: float = 30) -> Finding:
    return health(judged, at_s=BEGIN_S + days * 86_400, reconciled=laid(judged))[0]


def test_a_healthy_sensor() -> None:
    assert found(judge(table([filling(30)[1]]))).health is SensorHealth.HEALTHY


def test_a_silent_sensor_and_since_when() -> None:
    seen = filling(20)[1]
    finding = found(judge(table([seen])), days=30)
    assert finding.health is SensorHealth.SILENT
    assert finding.since_s == hourly(seen)[-1]
    assert "10.0 days" in finding.reason
    assert found(judge(table([np.empty(0)]))).health is SensorHealth.SILENT


@pytest.mark.parametrize(
    ("quality", "expected"),
    [(Quality.TILTED, SensorHealth.TILTED), (Quality.CLOCK, SensorHealth.CLOCK_WRONG)],
)
def test_what_the_messages_say(quality: Quality, expected: SensorHealth) -> None:
    seen = filling(30)[1]
    codes = np.zeros(len(seen), np.uint8)
    codes[600:] = CODE[quality]
    finding = found(judge(table([seen], quality=[codes])))
    assert finding.health is expected
    assert finding.since_s == BEGIN_S + 600 * HOUR_S


def test_stuck_noisy_echoing_and_drifted_sensors() -> None:
    true, seen, _ = filling(30, rate=0.1)
    stuck = seen.copy()
    stuck[500:] = stuck[500]
    assert found(judge(table([stuck]))).since_s == pytest.approx(BEGIN_S + 500 * HOUR_S, abs=HOUR_S)
    assert found(judge(table([stuck]))).health is SensorHealth.STUCK
    noisy = true + np.random.default_rng(1).normal(0, 0.09, len(true))
    assert found(judge(table([noisy]))).health is SensorHealth.NOISY
    echoing = filling(30, rate=0.03)[1]
    for start in range(50, 700, 60):
        echoing[start : start + 15] = 0.9
    assert found(judge(table([echoing]))).health is SensorHealth.FALSE_ECHO
    assert found(judge(table([seen + 0.15 * (1 - seen)]))).health is SensorHealth.DRIFTED


def test_a_sensor_that_the_driver_contradicts() -> None:
    seen = np.full(720, 0.85) + np.random.default_rng(4).normal(0, 0.01, 720)
    reports = [(0, BEGIN_S + 86_400.0 * day, 0.2) for day in (7, 14, 21)]
    finding = found(judge(table([seen], sightings=reports)))
    assert finding.health is SensorHealth.CONTRADICTS_DRIVER
    assert "3 reported emptyings" in finding.reason


def test_reports_and_readings_side_by_side() -> None:
    _, seen, emptied = filling(40, rate=0.1)
    times = [BEGIN_S + HOUR_S * hour for hour in emptied]
    # The first is not reported, the second with a clock 2 hours late, and one is reported that did not happen.
    missed_s = times[2] - 20 * HOUR_S
    reports = [(0, times[1] + 2 * HOUR_S, 0.8), *((0, at_s, 0.8) for at_s in times[2:]), (0, missed_s, np.nan)]
    verdicts = [each.verdict for each in laid(judge(table([seen], sightings=reports)))]
    assert verdicts[0] is Verdict.UNREPORTED
    assert verdicts[1] is Verdict.CONFIRMED
    assert verdicts.count(Verdict.MISSED) == 1
    assert verdicts.count(Verdict.CONFIRMED) == len(emptied) - 1
    silent = laid(judge(table([np.empty(0)], sightings=[(0, BEGIN_S, 0.5)])))
    assert [each.verdict for each in silent] == [Verdict.UNSEEN]


def test_a_cold_night_is_no_empty_battery() -> None:
    days = np.arange(400)
    degrees = 10 + 12 * np.sin(days / 58)
    volts = 3.55 + 0.0035 * (degrees - 10) + np.random.default_rng(1).normal(0, 0.005, 400)
    found_ = battery(volts, degrees)
    assert found_ is not None
    assert not found_.low
    assert found_.slope_v == pytest.approx(0.0035, abs=0.001)
    fallen = battery(volts - np.linspace(0, 0.4, 400), degrees)
    assert fallen is not None
    assert fallen.low
    assert battery(np.empty(0), np.empty(0)) is None


def test_a_battery_is_held_against_what_it_was_at_first_and_a_new_cell_begins_anew() -> None:
    volts, degrees = np.full(40, 3.3), np.full(40, 10.0)
    alone = battery(volts, degrees)
    aged = battery(volts, degrees, first_v=3.6)
    renewed = battery(np.full(40, 3.8), degrees, first_v=3.6)
    assert alone is not None
    assert not alone.low
    assert aged is not None
    assert (aged.low, aged.first_v) == (True, 3.6)
    assert renewed is not None
    assert (renewed.low, renewed.first_v) == (False, pytest.approx(3.8))


def test_a_low_battery_is_told_with_figures_when_nothing_is_worse() -> None:
    aged = battery(np.full(40, 3.3), np.full(40, np.nan), first_v=3.6)
    judged = judge(table([filling(30)[1]]))
    told = health(judged, at_s=BEGIN_S + 30 * 86_400, batteries=[aged])[0]
    assert (told.health, told.reason) == (SensorHealth.BATTERY_LOW, "3.30 V at 10 °C, 3.60 V at first")
    silent = health(judged, at_s=BEGIN_S + 60 * 86_400, batteries=[aged])[0]
    assert silent.health is SensorHealth.SILENT
