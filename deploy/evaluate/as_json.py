"""An evaluation as JSON, for machines."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from deploy.evaluate.compare import CONFIDENCE, EQUAL_WITHIN, Estimate
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.grid import Curve
from deploy.evaluate.local_runs import told


def as_json(found: Evaluation) -> dict[str, Any]:
    """Everything that was found; what is not known is null. docs/evaluation.md names the fields."""
    question = found.question
    task = question.like.as_json()
    circumstances = {name: value for name, value in task["setting"].items() if name != "seed"}
    return _plain(
        {
            "circumstances": circumstances | {name: task[name] for name in ("extract", "extract_digest", "policy")},
            "seeds": list(found.seeds),
            "confidence": CONFIDENCE,
            "service_equal_within": EQUAL_WITHIN,
            "allowed_overflows_per_1000": question.allowed,
            "factors": asdict(question.factors),
            "code": list(found.codes),
            "contenders": {
                contender: {
                    "means": {measure: _estimate(each) for measure, each in comparison.means.items()},
                    "changes": {measure: _estimate(each) for measure, each in comparison.changes.items()},
                    "overflows_per_1000_difference": _estimate(comparison.overflows),
                    "service": comparison.service,
                    "week_km": list(found.weeks[contender].km),
                    "week_vehicles": list(found.weeks[contender].vehicles),
                }
                for contender, comparison in found.comparisons.items()
            },
            "halfvol_above_clairvoyant": _estimate(found.bound),
            "sensitivity": {curve.varied: _curve(curve) for curve in found.curves},
            "failures": [{"run": told(each.task), "problem": each.problem} for each in found.failures],
        }
    )


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else asdict(estimate)


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "points": [asdict(each) | {"gain": each.gain} for each in curve.points],
        "gain_vanishes": [asdict(each) for each in curve.vanishings()],
    }


def _plain(value: Any) -> Any:
    """NaN is no JSON; enums are their text."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, str) else value
