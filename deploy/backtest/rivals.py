"""The models that Halfvol's forecasts are compared with, on the same rows; each learns from outcomes known by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from domain.errors import Unavailable
from routing.backtest.rows import Rows
from routing.backtest.scores import SCORED
from routing.forecast.growth import SPANS_H
from routing.trust.readings import Readings

REFIT_DAYS = 28.0
"""The compared models are fitted anew after so many days, from everything known by then."""
LEAST_ROWS = 200

Progress = Callable[[float], None]


def persistence(rows: Rows) -> NDArray[np.float64]:
    """Quantiles (n, len(SCORED)) of: it stays as it is, with the spread of its own past errors."""
    return _with_past_errors(rows, rows.last)


def straight_line(rows: Rows) -> NDArray[np.float64]:
    """The least-squares line since the last emptying goes on, with the spread of its own past errors."""
    return _with_past_errors(rows, rows.last + rows.line * (rows.target_s - rows.last_s) / 86_400.0)


def _with_past_errors(rows: Rows, point: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.full((len(rows), len(SCORED)), np.nan)
    for train, test in _refits(rows):
        errors = np.quantile(rows.level[train] - point[train], SCORED)
        found[test] = point[test][:, None] + errors
    return found


def _refits(
    rows: Rows, *, least: int = LEAST_ROWS, known: NDArray[np.bool_] | None = None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to learn from, at least so many, and rows to forecast, for each span and each refit; of ``known`` rows."""
    first_s, last_s = float(rows.at_s.min()), float(rows.at_s.max())
    step_s = REFIT_DAYS * 86_400.0
    for h in range(len(SPANS_H)):
        own = (rows.h == h) if known is None else (rows.h == h) & known
        start_s = first_s + step_s
        while start_s <= last_s:
            train = np.flatnonzero(own & (rows.target_s <= start_s))
            test = np.flatnonzero(own & (rows.at_s >= start_s) & (rows.at_s < start_s + step_s))
            if len(train) >= least and len(test):
                yield train, test
            start_s += step_s


def boosted(rows: Rows, *, on_progress: Progress | None = None) -> NDArray[np.float64]:
    """Gradient-boosted quantile regressions (scikit-learn's histogram booster), one for each span and quantile.

    They are given everything that Halfvol's model knows of the origin, the raw readings before it, and the time.
    """
    # Optional packages, so the type checker is not told of them.
    booster = import_module("sklearn.ensemble").HistGradientBoostingRegressor
    threadpool_limits = import_module("threadpoolctl").threadpool_limits

    features = boosted_features(rows)
    found = np.full((len(rows), len(SCORED)), np.nan)
    refits = list(_refits(rows))
    for n, (train, test) in enumerate(refits):
        for q, quantile in enumerate(SCORED.tolist()):
            model = booster(
                loss="quantile",
                quantile=quantile,
                max_iter=100,
                learning_rate=0.05,
                max_leaf_nodes=8,
                min_samples_leaf=60,
                random_state=1,
            )
            # Small fits: more threads than idle cores take a hundred times as long.
            with threadpool_limits(1):
                model.fit(features[train], rows.level[train] - rows.last[train])
            found[test, q] = rows.last[test] + model.predict(features[test])
        if on_progress is not None:
            on_progress((n + 1) / len(refits))
    return np.sort(found, axis=1)


def boosted_features(rows: Rows) -> NDArray[np.float64]:
    """What the booster is given: (n, features)."""
    origin = rows.origin
    s = rows.h
    at = np.arange(len(rows))
    columns = np.column_stack(
        [
            rows.last,
            rows.last[:, None] - rows.lags,
            rows.line,
            (rows.target_s - rows.last_s) / 3600.0,
            rows.passed,
            rows.kind // 24,
            rows.kind % 24,
            origin.level,
            origin.level_sd,
            origin.rate,
            origin.rate * rows.passed,
            origin.recent_rate * rows.passed,
            origin.span_rates[at, s] * rows.passed,
            origin.span_variance[at, s] * rows.passed,
            origin.momentum,
            origin.since_emptied,
            origin.wrong,
            origin.noise,
            origin.groups,
        ]
    )
    return np.asarray(columns, dtype=np.float64)


STATS_EVERY = 7
"""The statistical models forecast from every seventh origin only: each fit of each container takes a second."""
STATS_LONGEST = 28 * 24
SEASON = 24


def require(models: list[str]) -> None:
    """See to it that what the models need is installed.

    Raises
    ------
    Unavailable
        When it is not.
    """
    for model, package in (("boosted", "sklearn"), ("statsforecast", "statsforecast")):
        if model in models and find_spec(package) is None:
            raise Unavailable(
                f"the model {model!r} needs the package {package}, which is not installed",
                remedy="install it with: pip install 'halfvol[backtest]'",
            )


def best_of_statsforecast(
    rows: Rows, readings: Readings, *, on_progress: Progress | None = None
) -> NDArray[np.float64]:
    """The best, by mean absolute error on earlier rows, of AutoETS, AutoTheta and a random walk
    with drift on the readings by the hour; with the spread of its own past errors.

    They see the readings since the last emptying, as hourly means with gaps filled forward; every seventh origin only.
    """
    models = import_module("statsforecast.models")

    makers = [lambda: models.AutoETS(season_length=1), models.AutoTheta, models.RandomWalkWithDrift]
    longest = int(SPANS_H[-1])
    point = np.full((len(rows), len(makers)), np.nan)
    origins_s = np.unique(rows.at_s)[::STATS_EVERY]
    for n, at_s in enumerate(origins_s.tolist()):
        mine = np.flatnonzero(rows.at_s == at_s)
        for container in np.unique(rows.container[mine]).tolist():
            own = mine[rows.container[mine] == container]
            series = _hourly(readings, container, at_s, float(rows.origin.emptied_s[own[0]]))
            if len(series) < 12:
                continue
            steps = np.clip(np.round((rows.target_s[own] - at_s) / 3600.0).astype(int), 1, longest + 4) - 1
            for m, make in enumerate(makers):
                try:
                    point[own, m] = np.asarray(make().forecast(series, h=longest + 4)["mean"])[steps]
                except (ValueError, FloatingPointError, ZeroDivisionError):
                    point[own, m] = series[-1]
        if on_progress is not None:
            on_progress((n + 1) / len(origins_s))
    return _best_with_past_errors(rows, point)


def _best_with_past_errors(rows: Rows, point: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.full((len(rows), len(SCORED)), np.nan)
    for train, test in _refits(rows, least=30, known=np.asarray(np.isfinite(point).all(axis=1))):
        errors = rows.level[train, None] - point[train]
        best = int(np.argmin(np.abs(errors).mean(axis=0)))
        found[test] = point[test, best][:, None] + np.quantile(errors[:, best], SCORED)
    return found


def _hourly(readings: Readings, container: int, at_s: float, emptied_s: float) -> NDArray[np.float64]:
    """The container's readings until ``at_s`` since the last emptying, by the hour, gaps filled forward."""
    piece = slice(int(readings.starts[container]), int(readings.starts[container + 1]))
    times_s, levels = readings.times_s[piece], readings.levels[piece]
    begin_s = at_s - STATS_LONGEST * 3600.0
    if np.isfinite(emptied_s):
        begin_s = max(begin_s, emptied_s + 3600.0)
    known = (times_s <= at_s) & (times_s > begin_s) & np.isfinite(levels)
    if not known.any():
        return np.empty(0)
    hour = np.floor((times_s[known] - at_s) / 3600.0).astype(int)
    hour -= hour[0]
    last = np.searchsorted(hour, np.arange(hour[-1] + 1), side="right") - 1
    return levels[known][last]
