"""The models that Halfvol's forecasts are compared with, on the same rows; each learns only from outcomes known by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from domain.errors import Unavailable
from routing.backtest.rolling import Rows
from routing.backtest.scores import SCORED
from routing.forecast.growth import SPANS_H

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


def _refits(rows: Rows) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to learn from and rows to forecast, for each span and each refit."""
    first_s, last_s = float(rows.at_s.min()), float(rows.at_s.max())
    step_s = REFIT_DAYS * 86_400.0
    for h in range(len(SPANS_H)):
        own = rows.h == h
        start_s = first_s + step_s
        while start_s <= last_s:
            train = np.flatnonzero(own & (rows.target_s <= start_s))
            test = np.flatnonzero(own & (rows.at_s >= start_s) & (rows.at_s < start_s + step_s))
            if len(train) >= LEAST_ROWS and len(test):
                yield train, test
            start_s += step_s


def boosted(rows: Rows, *, on_progress: Progress | None = None) -> NDArray[np.float64]:
    """Gradient-boosted quantile regressions (scikit-learn's histogram booster), one for each span and quantile.

    They are given everything that Halfvol's model knows of the origin, the raw readings before it, and the time.

    Raises
    ------
    Unavailable
        When scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - optional
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - optional
    except ImportError as error:
        raise Unavailable(
            "the boosted model needs scikit-learn, which is not installed",
            remedy="install it with: pip install 'halfvol[backtest]'",
        ) from error
    features = boosted_features(rows)
    found = np.full((len(rows), len(SCORED)), np.nan)
    refits = list(_refits(rows))
    for n, (train, test) in enumerate(refits):
        for q, quantile in enumerate(SCORED.tolist()):
            model = HistGradientBoostingRegressor(
                loss="quantile",
                quantile=quantile,
                max_iter=150,
                learning_rate=0.06,
                max_leaf_nodes=15,
                min_samples_leaf=40,
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
    return np.column_stack(
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
            origin.pending,
            origin.noise,
            origin.groups,
        ]
    )
