"""Settings that make no sense are refused with what and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import InvalidInput
from simulators.evaluation.setting import Setting


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("days", 0),
        ("days", 900),
        ("warm_up_days", -1),
        ("settling_days", -1),
        ("iterations", 0),
        ("bad_sensors", 1.01),
        ("missing_sensors", -0.1),
        ("trucks", 0.0),
        ("trucks", float("nan")),
        ("growth_bias", -1.0),
        ("growth_noise", -0.1),
        ("streets_km", 0.1),
        ("streets_km", 80.0),
    ],
)
def test_nonsense_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=name):
        replace(Setting(seed=1), **{name: value})
