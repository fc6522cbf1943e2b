"""The colours are as far apart as their docstring says, computed from the published models."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from routing.pictures.palette import COLOURS, DARK_GROUND, LIGHT_GROUND, colour_of, contrast, shape_of, text_on

SIGHTS = {
    "normal": np.eye(3),
    # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}

LEAST = {"normal": 0.13, "protan": 0.08, "deutan": 0.08, "tritan": 0.1}
"""Least difference in Oklab; one step that is just seen is about 0.02."""


def oklab(colour: str, sight: str) -> NDArray[np.float64]:
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SIGHTS[sight]) @ linear, 0, 1)
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ seen
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("ground", ["light", "dark"])
def test_no_two_colours_look_alike(ground: str, sight: str) -> None:
    seen = [oklab(getattr(colour, ground), sight) for colour in COLOURS]
    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) >= LEAST[sight]


def test_colours_stand_out_from_their_ground_and_carry_readable_numbers() -> None:
    for colour in COLOURS:
        assert contrast(colour.light, LIGHT_GROUND) >= 3
        assert contrast(colour.dark, DARK_GROUND) >= 3
        for shade in colour:
            assert contrast(shade, text_on(shade)) >= 4.5


def test_more_trucks_than_colours_differ_in_shape() -> None:
    assert len(COLOURS) >= 14
    assert len({(colour_of(number), shape_of(number)) for number in range(42)}) == 42
