"""Trust means what it says, on simulated towns that it was not fitted on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.observations import Quality
from routing.roads.osm import read_graph
from routing.trust.judge import judge
from routing.trust.readings import CODE, Readings
from routing.trust.score import sensor_trust, trust
from simulators import extract
from simulators.record import record, with_faults
from simulators.town import build_town
from simulators.waste import Waste

END = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def judged_towns():
    graph = read_graph(extract.helsinki_extract(), extract.NAME)
    found = []
    for seed, share in ((21, 0.1), (22, 0.45)):
        town = with_faults(build_town(graph, seed=seed, containers=60), share)
        seen = record(town, Waste(town), END - timedelta(days=42), END)
        quality = np.zeros(len(seen.rows), np.uint8)
        quality[(seen.levels < -0.25) | (seen.levels > 1.5)] = CODE[Quality.RANGE]
        quality[seen.no_echo] = CODE[Quality.NO_ECHO]
        quality[seen.tilted] = CODE[Quality.TILTED]
        starts = np.searchsorted(seen.rows, np.arange(len(town.containers) + 1)).astype(np.int64)
        readings = Readings(starts, seen.times_s, seen.levels, quality, np.zeros(len(seen.rows), np.int32))
        found.append((judge(readings), seen.true_levels))
    return found


def test_of_readings_with_a_trust_so_many_are_within_ten_points(judged_towns) -> None:
    values = np.concatenate([trust(judged) for judged, _ in judged_towns])
    right = np.concatenate([np.abs(judged.readings.levels - true) <= 0.1 for judged, true in judged_towns])
    for low, high in ((0.0, 0.1), (0.1, 0.6), (0.85, 0.95), (0.95, 1.01)):
        chosen = (values >= low) & (values < high)
        if chosen.sum() >= 1000:
            assert right[chosen].mean() == pytest.approx(values[chosen].mean(), abs=0.08), (low, int(chosen.sum()))
    assert right[values >= 0.9].mean() >= 0.9


def test_the_cleaned_level_is_nearer_to_the_truth_than_the_raw_one(judged_towns) -> None:
    for judged, true in judged_towns:
        suspect = ~judged.good & np.isfinite(judged.cleaned)
        raw = np.abs(judged.readings.levels - true)
        assert np.median(np.abs(judged.cleaned - true)[suspect]) < 0.5 * np.median(raw[suspect])


def test_a_sensor_is_trusted_as_its_readings_deserve(judged_towns) -> None:
    judged, true = judged_towns[1]
    rows = judged.readings.rows()
    right = np.abs(judged.readings.levels - true) <= 0.1
    share = np.bincount(rows, weights=right, minlength=60) / np.maximum(np.bincount(rows, minlength=60), 1)
    told = sensor_trust(judged)
    known = np.isfinite(told)
    assert np.corrcoef(told[known], share[known])[0, 1] > 0.7
