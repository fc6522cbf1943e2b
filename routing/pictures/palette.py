"""Colours of trucks that also colour-blind people tell apart, for a light and for a dark ground.

Fourteen for each ground, chosen by exchanging colours of a grid of sRGB until the smallest difference of a pair grew
no more: Euclidean in Oklab, as seen with normal sight and, by the model of Machado, Oliveira and Fernandes (2009),
without the red, the green or the blue cones. All stand out from their ground by a contrast of 3:1 at least (WCAG 2.2,
1.4.11). A test computes both again. Where there are more trucks than colours, the shape of the marks tells them apart.
"""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """The colour of a truck on a light and on a dark ground, ``#rrggbb``."""

    light: str
    dark: str


LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#10161f"

COLOURS: tuple[Colour, ...] = (
    Colour("#0011aa", "#88bbff"),
    Colour("#ff3344", "#eedd99"),
    Colour("#668800", "#aaee11"),
    Colour("#8800ee", "#9977ff"),
    Colour("#5599cc", "#00eeff"),
    Colour("#771144", "#bb4477"),
    Colour("#006677", "#33aa77"),
    Colour("#aa44aa", "#ff66bb"),
    Colour("#003300", "#008800"),
    Colour("#cc7788", "#ffaabb"),
    Colour("#555500", "#aabb44"),
    Colour("#bb0055", "#ff0000"),
    Colour("#aa66ff", "#7766aa"),
    Colour("#440066", "#aa11ee"),
)

SHAPES = ("circle", "square", "diamond")
"""Of a truck's marks: the first fourteen trucks have circles, the next squares, and so on."""


def colour_of(number: int) -> Colour:
    """The colour of the n-th truck, counted from 0."""
    return COLOURS[number % len(COLOURS)]


def shape_of(number: int) -> str:
    """The shape of the n-th truck's marks."""
    return SHAPES[number // len(COLOURS) % len(SHAPES)]


def luminance(colour: str) -> float:
    """Relative luminance (0..1) of ``#rrggbb``, as WCAG 2.2 defines it."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21, as WCAG 2.2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(colour: str) -> str:
    """White or black, whichever is easier to read on a colour; its contrast is 4.5:1 at least."""
    return max("#ffffff", "#000000", key=lambda text: contrast(text, colour))
