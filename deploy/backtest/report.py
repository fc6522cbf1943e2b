"""All models' scores on the same rows, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from deploy.backtest import rivals
from routing.backtest.rows import Rows
from routing.backtest.scores import SCORED, Scores, score
from routing.forecast.base_shape import NORMAL
from routing.forecast.growth import SPANS_H
from routing.trust.judge import COARSE, MOST_LEVELS

OFTEN = 10
"""A sensor that tells a few levels only tells each of them so often in the mean."""


@dataclass(frozen=True, slots=True)
class Result:
    """``rows``: how many all models forecast, by span in hours; ``scores`` by model and span; ``alone``: how many rows
    each model forecasts, whatever the others do, by span and model."""

    rows: Mapping[float, int]
    scores: Mapping[str, Mapping[float, Scores]]
    alone: Mapping[float, Mapping[str, int]] = field(default_factory=dict[float, Mapping[str, int]])

    def as_json(self) -> dict[str, object]:
        """For machines; points are hundredths of the capacity."""
        return {
            "conditional": "no emptying between origin and outcome",
            "rows": {f"{span_h:g}": count for span_h, count in self.rows.items()},
            "models": {
                model: {f"{span_h:g}": asdict(each) for span_h, each in by_span.items()}
                for model, by_span in self.scores.items()
            },
        }


def halfvol_quantiles(rows: Rows) -> NDArray[np.float64]:
    """Halfvol's forecasts at the scored quantiles, within what the sensors can tell: (n, len(SCORED))."""
    wanted = ndtri(SCORED)
    place = np.clip(np.searchsorted(NORMAL, wanted), 1, len(NORMAL) - 1)
    share = (wanted - NORMAL[place - 1]) / (NORMAL[place] - NORMAL[place - 1])
    found = rows.quantiles[:, place - 1] * (1 - share) + rows.quantiles[:, place] * share
    least, most = limits(rows)
    return _shown(np.clip(found, least, most), rows)


def _shown(quantiles: NDArray[np.float64], rows: Rows) -> NDArray[np.float64]:
    """What a sensor that tells a few levels only shows: of each quantile the nearest level of its container."""
    found = quantiles.copy()
    for container in np.unique(rows.container):
        mine = np.flatnonzero(rows.container == container)
        known = np.concatenate([rows.last[mine], rows.level[mine]])
        known = np.round(known[np.isfinite(known)], 4)
        levels = np.unique(known)
        # Each was seen often, so that a level is the sensor's and not an outcome that is forecast.
        few = 1 < len(levels) <= MOST_LEVELS and len(known) >= OFTEN * len(levels)
        if few and float(np.median(np.diff(levels))) >= COARSE:
            between = 0.5 * (levels[1:] + levels[:-1])
            found[mine] = levels[np.searchsorted(between, quantiles[mine])]
    return found


def limits(rows: Rows) -> tuple[float, float]:
    """The ends of the sensors' scale where one in a hundred readings lies at exactly that value; else infinite.

    A forecast of waste knows no upper end, the display of a sensor does, and the outcome here is what it displays.
    """
    seen = np.concatenate([rows.last, rows.level])
    seen = seen[np.isfinite(seen)]
    least, most = float(seen.min()), float(seen.max())
    return (
        least if float((seen == least).mean()) >= 0.01 else -np.inf,
        most if float((seen == most).mean()) >= 0.01 else np.inf,
    )


def compare(rows: Rows, models: Mapping[str, NDArray[np.float64]]) -> Result:
    """Score all models on the rows that all of them forecast."""
    known = np.isfinite(rows.last) & np.isfinite(rows.level)
    own = {model: known & np.isfinite(quantiles).all(axis=1) for model, quantiles in models.items()}
    common = np.logical_and.reduce([known, *own.values()])
    alone = {
        span_h: {model: int((its & (rows.h == h)).sum()) for model, its in own.items()}
        for h, span_h in enumerate(SPANS_H)
    }
    counts = {span_h: int((common & (rows.h == h)).sum()) for h, span_h in enumerate(SPANS_H)}
    scores = {
        model: {
            span_h: score(quantiles[chosen], rows.level[chosen], rows.last[chosen])
            for h, span_h in enumerate(SPANS_H)
            if (chosen := common & (rows.h == h)).any()
        }
        for model, quantiles in models.items()
    }
    return Result(counts, scores, alone)


def told(result: Result) -> str:
    """For people."""
    lines = ["Conditional on no emptying between origin and outcome; points are hundredths of the capacity."]
    for span_h, count in result.rows.items():
        if not count:
            by_model = ", ".join(f"{model} {number:,}" for model, number in result.alone.get(span_h, {}).items())
            lines.append(f"\n{span_h:g} hours: no row{f' that all models forecast ({by_model})' if by_model else ''}")
            continue
        lines.append(f"\n{span_h:g} hours, {count:,} rows")
        lines.append("  model                    pinball    MAE  80 % in  95 % in  >90 %: precision  recall")
        best = min(by_span[span_h].pinball for by_span in result.scores.values())
        for model, by_span in result.scores.items():
            each = by_span[span_h]
            mark = "*" if each.pinball <= best + 0.02 else " "
            lines.append(
                f"  {model:23s}{mark} {each.pinball:8.3f} {each.mae:6.2f}  {100 * each.coverage_80:5.1f} %"
                f"  {100 * each.coverage_95:5.1f} %  {_share(each.precision):>16s}  {_share(each.recall):>6s}"
            )
    if not all(result.rows.values()):
        lines.append(
            f"\nThe models compared learn from outcomes of {rivals.REFIT_DAYS:g} days after the warm-up,"
            f" {rivals.LEAST_ROWS} of a span at least: give more readings, shorten --warm-up or --every, or score"
            " halfvol alone with --models halfvol."
        )
    lines.append("\n* best in pinball loss, or within 0.02 points of it")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
