"""The shape of a forecast before anything is learned, against draws."""

from __future__ import annotations

import numpy as np
import pytest

from routing.forecast.base_shape import NORMAL, PROBABILITIES, base_shape


@pytest.mark.parametrize("skew", [0.4, 1.2, 2.5, 5.0])
@pytest.mark.parametrize("share", [0.05, 0.33, 0.8])
def test_it_is_that_of_gamma_growth_seen_with_noise(skew: float, share: float) -> None:
    luck = np.random.default_rng(1)
    shape = 4 / skew**2
    growth = (luck.gamma(shape, size=400_000) - shape) / np.sqrt(shape)
    draws = np.sqrt(1 - share) * growth + np.sqrt(share) * luck.normal(size=400_000)
    middle = (PROBABILITIES >= 0.01) & (PROBABILITIES <= 0.99)
    found = base_shape(np.array([skew]), np.array([share]))[0]
    assert found[middle] == pytest.approx(np.quantile(draws, PROBABILITIES[middle]), abs=0.12)


def test_without_skew_it_is_normal_and_it_is_ordered_everywhere() -> None:
    assert base_shape(np.array([0.0]), np.array([0.5]))[0] == pytest.approx(NORMAL, abs=0.03)
    skews, shares = (each.ravel() for each in np.meshgrid(np.linspace(0, 9, 25), np.linspace(0, 1, 25)))
    assert (np.diff(base_shape(skews, shares), axis=1) > 0).all()


def test_what_hardly_grows_may_be_seen_to_sink() -> None:
    """A gamma distribution ends just below its mean; noise does not."""
    one, ten = base_shape(np.array([4.0, 4.0]), np.array([0.0, 0.3]))
    low = int(np.argmin(np.abs(PROBABILITIES - 0.025)))
    assert one[low] > -0.6
    assert ten[low] < -1.2
