"""The map itself as SVG markup, shared by the SVG file and the HTML page.

Colours come from style sheets by class (``t3`` sets ``color``), sizes of marks are in the picture's units; the page
keeps them the size they are on the screen while the map is enlarged (class ``k``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

from routing.pictures.levels import DEEPEST
from routing.pictures.marks import BADGE_HEIGHT, Mark
from routing.pictures.palette import COLOURS, text_on
from routing.pictures.project import Line
from routing.pictures.scene import RouteDrawing, Scene, Skipped
from routing.pictures.spots import Spot

FINEST_M = 0.4
"""Places are rounded to less than this on the ground: enough however far the picture is enlarged."""

SKIPPED_SIGN = '<circle class="skip" r="4"/><path class="skip-cross" d="M-1.8-1.8 1.8 1.8M1.8-1.8-1.8 1.8"/>'
DONE_SIGN = '<path class="tick" d="M-3.4 0-1 2.6 3.6-2.8"/>'
_HEAD = '<path class="k" d="M-5-4.6 5 0-5 4.6-2.6 0z"/>'

Tip = Callable[[Mark | Skipped | Spot, RouteDrawing | None], str]
"""Markup that tells what a mark is: put into its group."""


def style(*, dark: bool) -> str:
    """The rules for the colours of trucks on a light or dark ground."""
    return "\n".join(
        f".t{number} {{ color: {shade}; --on: {text_on(shade)}; }} .t{number} text {{ fill: {text_on(shade)}; }}"
        for number, colour in enumerate(COLOURS)
        for shade in [colour.dark if dark else colour.light]
    )


def number_rules(deepest: int = DEEPEST) -> str:
    """The rules that show numbers and arrowheads from their zoom level on, and dots before, down to the deepest."""
    pairs = [(level, own) for level in range(deepest + 1) for own in range(level + 1)]
    shown = ",".join(f".at{level} .z{own}:not(.picked) .n,.at{level} .a{own}" for level, own in pairs)
    hidden = ",".join(f".at{level} .z{own}:not(.picked) .dot" for level, own in pairs)
    if deepest:
        shown += "," + ",".join(f".at{level} .picked.o{own} .n" for level, own in pairs)
        hidden += "," + ",".join(f".at{level} .picked.o{own} .dot" for level, own in pairs)
    return f".n,.arrow{{display:none}}{shown}{{display:inline}}{hidden}{{display:none}}"


def draw(scene: Scene, *, tip: Tip) -> str:
    """The map: streets, then routes, then marks, the ones more important later and so above."""
    decimals = max(0, math.ceil(math.log10(scene.frame.metres_per_unit / FINEST_M)))
    drawer = _Drawer(decimals, tip)
    return "\n".join(
        [
            drawer.streets(scene),
            *(drawer.hull(route) for route in scene.routes),
            *(drawer.lines(route) for route in scene.routes),
            f'<g class="done">{"".join(drawer.done(x, y) for x, y in scene.done)}</g>' if scene.done else "",
            f'<g class="skipped">{"".join(drawer.skipped(each) for each in scene.skipped)}</g>',
            f'<g class="marks">{drawer.marks(scene.routes)}</g>',
            f'<g class="spots">{"".join(drawer.spot(spot) for spot in scene.spots)}</g>',
        ]
    )


class _Drawer:
    def __init__(self, decimals: int, tip: Tip) -> None:
        self._decimals = decimals
        self._tip = tip

    def streets(self, scene: Scene) -> str:
        return (
            f'<path class="street minor" d="{self._paths(scene.minor_streets)}"/>'
            f'<path class="street main" d="{self._paths(scene.main_streets)}"/>'
        )

    def hull(self, route: RouteDrawing) -> str:
        path = self._path(route.hull, closed=True) if len(route.hull) > 2 else ""
        return f'<g class="route t{_tone(route)}" data-route="{route.number}"><path class="hull" d="{path}"/></g>'

    def lines(self, route: RouteDrawing) -> str:
        parts = [f'<g class="route t{_tone(route)}" data-route="{route.number}">']
        for collecting, straight in ((False, False), (False, True), (True, False), (True, True)):
            lines = [leg.line for leg in route.legs if (leg.collecting, leg.straight) == (collecting, straight)]
            if lines:
                kind = ("collecting" if collecting else "deadhead") + (" straight" if straight else "")
                drawn = self._paths(lines)
                parts.append(f'<path class="halo" d="{drawn}"/>' if collecting else "")
                parts.append(f'<path class="leg {kind}" d="{drawn}"/>')
        if route.spurs:
            parts.append(f'<path class="spur" d="{self._paths(route.spurs)}"/>')
        for arrow in route.arrows:
            place = f"{self._pair(arrow.x, arrow.y)}) rotate({arrow.degrees:.0f}"
            parts.append(f'<g class="arrow a{arrow.level}" transform="translate({place})">{_HEAD}</g>')
        return "".join([*parts, "</g>"])

    def marks(self, routes: Sequence[RouteDrawing]) -> str:
        """Of all routes together, so that no dot covers a number."""
        marks = [(route, mark) for route in routes for mark in route.marks]
        return "".join(self._mark(route, mark) for route, mark in sorted(marks, key=lambda pair: -pair[1].level))

    def _mark(self, route: RouteDrawing, mark: Mark) -> str:
        return (
            f'<g class="mark route t{_tone(route)} z{mark.level} o{mark.own_level}" data-route="{route.number}"'
            f' transform="translate({self._pair(mark.x, mark.y)})">'
            f'{self._tip(mark, route)}<g class="k">{_shape(route.mark_shape, 6.4, 6.4, "dot")}'
            f'<g class="n">{_shape(route.mark_shape, mark.width, BADGE_HEIGHT, "badge")}'
            f'<text y="3.7">{mark.label}</text></g></g></g>'
        )

    def skipped(self, each: Skipped) -> str:
        return (
            f'<g class="mark" transform="translate({self._pair(each.x, each.y)})">{self._tip(each, None)}'
            f'<g class="k">{SKIPPED_SIGN}</g></g>'
        )

    def done(self, x: float, y: float) -> str:
        return f'<g transform="translate({self._pair(x, y)})"><g class="k">{DONE_SIGN}</g></g>'

    def spot(self, spot: Spot) -> str:
        name = f'<text class="name" y="25">{escape(spot.name)}</text>' if spot.name else ""
        return (
            f'<g class="mark spot {spot.kind}" transform="translate({self._pair(spot.x, spot.y)})">'
            f'{self._tip(spot, None)}<g class="k">{spot_icon(spot.kind)}{name}</g></g>'
        )

    def _paths(self, lines: Sequence[Line]) -> str:
        return "".join(self._path(line) for line in lines)

    def _path(self, line: Line, *, closed: bool = False) -> str:
        """Path data, relative after the first point, so that it stays short."""
        scale = 10**self._decimals
        whole = (line * scale).round().astype(int)
        x, y = whole[0].tolist()
        parts = [f"M{_short(x, scale)} {_short(y, scale)}"]
        steps = whole[1:] - whole[:-1]
        moved = [(a, b) for a, b in steps.tolist() if a or b]
        parts += [f"l{_short(a, scale)} {_short(b, scale)}" for a, b in moved]
        return "".join(parts) + ("z" if closed else "")

    def _pair(self, x: float, y: float) -> str:
        return f"{x:.{self._decimals}f} {y:.{self._decimals}f}"


def spot_icon(kind: str) -> str:
    """A house for a depot, a tray with an arrow into it for a disposal site, a truck that is out; around 0, 0."""
    frame = '<rect class="plate" x="-12" y="-12" width="24" height="24" rx="6"/>'
    if kind == "depot":
        return f'{frame}<path class="glyph" d="M-7 0 0-7 7 0M-5-1.5V7H5V-1.5M-1.8 7V2.2H1.8V7"/>'
    if kind == "truck":
        wheels = "M-5.5 5.5a1.6 1.6 0 1 0 .1 0zM4.5 5.5a1.6 1.6 0 1 0 .1 0z"
        return f'{frame}<path class="glyph" d="M-8.5-5H1.5V4.5H-8.5zM1.5-1.5H5.5L8.5 1.5V4.5H1.5{wheels}"/>'
    return f'{frame}<path class="glyph" d="M0-8V1.5M-3.6-2 0 1.8 3.6-2M-7 2V7H7V2"/>'


def _shape(kind: str, width: float, height: float, name: str) -> str:
    x, y = -width / 2, -height / 2
    if kind == "diamond":
        tip = height / 2.6
        return (
            f'<path class="{name}" d="M{x - 2:.1f} 0 {x - 2 + tip:.1f} {y:.1f}H{-x + 2 - tip:.1f}L{-x + 2:.1f} 0'
            f' {-x + 2 - tip:.1f} {-y:.1f}H{x - 2 + tip:.1f}z"/>'
        )
    corner = height / 2 if kind == "circle" else 1.5
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{corner:.1f}"/>'


def _tone(route: RouteDrawing) -> int:
    return route.number % len(COLOURS)


def _short(value: int, scale: int) -> str:
    return f"{value / scale:g}" if abs(value) < 100_000 else str(value / scale)


def titles(lines: Iterable[str]) -> str:
    """A title element: what browsers show of an SVG file when one points at a mark."""
    return f"<title>{escape(chr(10).join(lines))}</title>"
