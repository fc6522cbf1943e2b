from __future__ import annotations

import numpy as np

from simulators import chance


def test_a_number_depends_on_its_keys_alone() -> None:
    table = chance.uniform(3, "rain", np.arange(5)[:, None], np.arange(100, 110))
    assert table.shape == (5, 10)
    assert chance.uniform(3, "rain", 2, 104)[0] == table[2, 4]
    assert chance.uniform(4, "rain", 2, 104)[0] != table[2, 4]
    assert chance.uniform(3, "snow", 2, 104)[0] != table[2, 4]
    assert chance.uniform(3, "rain", 104, 2)[0] != table[2, 4]


def test_times_before_1970_and_far_numbers_are_keys_too() -> None:
    assert len(np.unique(chance.bits(0, "time", np.array([-5, -1, 0, 1, 2**62])))) == 5


def test_uniform_and_normal_have_their_moments() -> None:
    uniform = chance.uniform(1, "even", np.arange(200_000))
    assert 0 < uniform.min() < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.005
    assert abs(uniform.var() - 1 / 12) < 0.002
    assert abs(np.corrcoef(uniform[1:], uniform[:-1])[0, 1]) < 0.01
    normal = chance.normal(1, "bell", np.arange(200_000))
    assert abs(normal.mean()) < 0.01
    assert abs(normal.std() - 1) < 0.01
