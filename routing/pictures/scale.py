"""A scale bar of a round length."""

from __future__ import annotations

from routing.pictures.project import Frame

ROUND_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
LONGEST = 170.0
"""In units of the picture."""


def scale_bar(frame: Frame, *, x: float, y: float) -> str:
    """SVG markup of the bar with its left end at x, y, and its length in words above it."""
    metres = scale_m(frame)
    length = metres / frame.metres_per_unit
    text = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    return (
        f'<g class="scale" transform="translate({x:.0f} {y:.0f})"><path d="M0-6V0H{length:.1f}V-6" fill="none"'
        f' stroke="#596274" stroke-width="1.5"/><text class="quiet" x="4" y="-6">{text}</text></g>'
    )


def scale_m(frame: Frame) -> int:
    """The longest round length that fits, in metres."""
    return max((metres for metres in ROUND_M if metres / frame.metres_per_unit <= LONGEST), default=ROUND_M[0])
