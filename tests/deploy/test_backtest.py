from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from deploy.backtest.readings_file import Reading, read_files
from deploy.backtest.report import Result, halfvol_quantiles, told
from deploy.cli import main
from domain.containers import ContainerGeometry, Fraction
from domain.errors import HalfvolError
from routing.backtest.rolling import roll
from routing.backtest.rows import Setting
from routing.backtest.scores import SCORED, score
from routing.forecast.fractions import USUAL_RATES
from tests.routing.trust.series import BEGIN_S, HOUR_S, filling, hourly, table


def written(folder: Path, text: str, name: str = "readings.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_way_of_writing_gives_the_same_readings(tmp_path: Path) -> None:
    plain = read_files(
        written(tmp_path, "container,time,fill_level\na,2026-03-29T00:30:00Z,0.25\na,2026-03-29T01:30:00Z,0.5\n"),
        None,
        Reading(),
    )
    dutch = read_files(
        written(
            tmp_path,
            "Bin ID;Tijd;Vulling;fraction\na;29-03-2026 02:30;50,0;glass\na;29-03-2026 00:30;25;glass\n",
            "b.csv",
        ),
        None,
        Reading(
            columns={"container": "Bin ID", "time": "Tijd", "fill_level": "Vulling"},
            time_format="%d-%m-%Y %H:%M",
            full=100,
        ),
    )
    distances = read_files(
        written(tmp_path, "device\ttimestamp\tdistance\na\t1774744200\t160\na\t1774747800\t120\n", "c.csv"),
        None,
        Reading(distance_unit_m=0.01, geometry=ContainerGeometry(2.0, 0.4)),
    )
    assert plain.readings.levels.tolist() == [0.25, 0.5] == dutch.readings.levels.tolist()
    np.testing.assert_allclose(distances.readings.levels, [0.25, 0.5])
    assert (
        plain.readings.times_s[0]
        == datetime(2026, 3, 29, 0, 30, tzinfo=UTC).timestamp()
        == distances.readings.times_s[0]
    )
    assert dutch.fractions == {"a": Fraction.GLASS}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("container,fill_level\n", "no column is the time"),
        ("container,time\n", "no column is the fill level or the distance"),
        ("container,time,distance\n", "what is empty"),
        ("container,time,fill_level\na,2026-01-01,0.1\na,yesterday,0.2\n", "line 3: 'yesterday' is no time"),
        ("container,time,fill_level\na,2026-01-01,much\n", "line 2: 'much' in the column 'fill_level' is no number"),
        ("container,time,fill_level\n\n,2026-01-01,1\n", "line 3: the column 'container' is empty"),
        ("container,time,fill_level,fraction\na,2026-01-01,1,gold\n", "line 2: 'gold' is no fraction"),
        ("container,time,distance,empty_distance,full_distance\na,2026-01-01,1,1,2\n", "line 2"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(HalfvolError, match=said):
        read_files(written(tmp_path, text), None, Reading())


def test_the_command_compares_on_the_same_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["container,time,fill_level"]
    for n in range(8):
        seen = filling(75, rate=0.05 + 0.01 * n, seed=n)[1]
        lines += [f"c{n},{at_s:.0f},{level:.3f}" for at_s, level in zip(hourly(seen)[::3], seen[::3], strict=True)]
    path = written(tmp_path, "\n".join(lines))
    assert main(["backtest", "--readings", str(path), "--json", "--every", "12"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"]["24"] > 100
    halfvol, line = found["models"]["halfvol"]["24"], found["models"]["line"]["24"]
    assert halfvol["count"] == line["count"] == found["rows"]["24"]
    assert halfvol["pinball"] < line["pinball"]
    assert halfvol["coverage_80"] == pytest.approx(0.8, abs=0.12)


def test_too_few_outcomes_for_the_models_compared_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["container,time,fill_level"]
    for n in range(4):
        seen = filling(45, rate=0.05 + 0.01 * n, seed=n)[1]
        lines += [f"c{n},{at_s:.0f},{level:.3f}" for at_s, level in zip(hourly(seen)[::3], seen[::3], strict=True)]
    path = written(tmp_path, "\n".join(lines))
    assert main(["backtest", "--readings", str(path)]) == 0
    said = capsys.readouterr().out
    assert re.search(
        r"^12 hours: no row that all models forecast \(halfvol [1-9]\d*, persistence 0, line 0\)$", said, re.M
    )
    assert "learn from outcomes of 28 days after the warm-up, 200 of a span at least: give more readings" in said
    assert main(["backtest", "--readings", str(path), "--models", "halfvol"]) == 0
    alone = capsys.readouterr().out
    assert re.search(r"^12 hours, [1-9]\d* rows$", alone, re.M)
    assert "learn from" not in alone


def test_too_short_unknown_models_and_what_is_not_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written(tmp_path, "container,time,fill_level\na,2026-01-01,0.1\na,2026-01-02,0.2\n"))
    assert main(["backtest", "--readings", path]) == 3
    assert "give more than 29 days" in capsys.readouterr().err
    assert main(["backtest", "--readings", path, "--models", "oracle"]) == 3
    assert main(["backtest", "--readings", path, "--column", "colour=red"]) == 3
    assert main(["backtest", "--readings", str(tmp_path / "none.csv")]) == 4


def test_of_a_sensor_that_tells_a_few_levels_only_those_are_foretold() -> None:
    random = np.random.default_rng(3)
    coarse, fine = np.empty(150), np.empty(150)
    level = 0.0
    for n in range(150):
        level += random.gamma(1.0, 0.15)
        coarse[n], fine[n] = np.floor(min(level, 0.99) / 0.2) * 0.2, min(level, 0.99)
        level = 0.0 if level > 0.75 else level
    daily = BEGIN_S + 24 * HOUR_S * np.arange(150)
    setting = Setting(UTC, None, np.zeros(2, dtype=np.int64), USUAL_RATES, every_h=48)
    rows, _, _ = roll(table([coarse, fine], times_s=[daily, daily]), setting)
    found = halfvol_quantiles(rows)
    shown, known = found[rows.container == 0], found[rows.container == 1]
    assert set(np.round(np.unique(shown), 3).tolist()) <= {0.0, 0.2, 0.4, 0.6, 0.8}
    assert len(np.unique(known)) > 100
    assert np.all(np.diff(found, axis=1) >= 0)


def test_scores_of_forecasts_that_are_known() -> None:
    level = np.array([0.5, 0.95])
    sure = score(np.repeat(level[:, None], len(SCORED), axis=1), level, np.array([0.4, 0.5]))
    assert (sure.mae, sure.pinball, sure.precision, sure.recall) == (0, 0, 1.0, 1.0)
    wide = score(np.tile(SCORED, (2, 1)), np.array([0.05, 0.5]), np.array([0.0, 0.0]))
    assert (wide.coverage_80, wide.coverage_95) == (0.5, 1.0)
    assert wide.precision is None
    assert "12 hours: no row" in told(Result({12.0: 0}, {}))
