"""A solution as one SVG file: map, legend and notes, on white, to print or to put into a document."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from routing.pictures import facts, words
from routing.pictures.background import Background
from routing.pictures.drawing import draw, number_rules, spot_icon, style, titles
from routing.pictures.layout import lay_out
from routing.pictures.legs import Geometry
from routing.pictures.marks import Mark
from routing.pictures.palette import LIGHT_GROUND, text_on
from routing.pictures.scale import scale_bar
from routing.pictures.scene import RouteDrawing, Scene, Skipped
from routing.pictures.spots import Spot
from routing.pictures.words import Language
from routing.places import Places
from routing.problem import Problem
from routing.solution import Solution

WIDTH = 1500.0
LEGEND_WIDTH = 640
ROW = 24

_STYLE = """
svg { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #13233f; }
.street { fill: none; stroke: #dedad0; stroke-width: 1; } .street.main { stroke: #cfc9bb; stroke-width: 2.2; }
.leg, .halo, .spur { fill: none; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round; }
.halo { stroke: #fff; stroke-width: 4.4; opacity: .8; }
.collecting { stroke-width: 2.2; } .deadhead { stroke-width: 1.1; opacity: .5; }
.straight { stroke-dasharray: 6 3.5; }
.spur { stroke-width: 1; } .hull { display: none; }
.arrow path { fill: currentColor; stroke: #fff; stroke-width: .7; }
.dot, .badge { fill: currentColor; stroke: #fff; stroke-width: 1; }
.mark text { font-size: 10px; font-weight: 650; text-anchor: middle; }
.skip { fill: #fff; stroke: #767676; stroke-width: 1.2; } .skip-cross { stroke: #767676; stroke-width: 1.2; }
.tick { fill: none; stroke: #767676; stroke-width: 1.6; }
.plate { fill: #13233f; stroke: #fff; stroke-width: 1.5; }
.glyph { fill: none; stroke: #fff; stroke-width: 1.7; stroke-linejoin: round; stroke-linecap: round; }
.mark text.name { fill: #13233f; font-size: 12px; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
.head { font-size: 21px; font-weight: 700; } .quiet { fill: #596274; font-size: 12px; } .cell { text-anchor: end; }
.total { font-weight: 700; } .rule { stroke: #8a8f9b; stroke-width: 1; }
"""


def draw_svg(
    problem: Problem,
    solution: Solution,
    places: Places,
    *,
    geometry: Geometry | None = None,
    background: Background | None = None,
    language: Language = "en",
    title: str | None = None,
    numbers: Mapping[int, int] | None = None,
) -> str:
    """Draw a solution as an SVG document.

    Parameters
    ----------
    problem, solution, places
        What was solved, how, and where it lies.
    geometry
        Ways along the streets; None draws straight, dashed lines, and says so.
    background
        Streets to draw behind in grey.
    language
        "en" or "nl".
    title
        The heading; None: "Collection routes".
    numbers
        By vehicle the number of its colour, counted from 0, where a picture should look like another one.

    Raises
    ------
    InvalidInput
        When a location has no position, or there is nothing to draw.
    """
    scene = lay_out(
        problem, solution, places, width=WIDTH, deepest=0, geometry=geometry, background=background, numbers=numbers
    )
    heading = title or words.TITLE(language)
    rows = 9 + len(scene.routes) + len(scene.solution.unassigned and facts.skipped_by_reason(scene))
    height = max(int(scene.frame.height), rows * ROW + 260)
    width = int(scene.frame.width) + LEGEND_WIDTH
    top = (height - scene.frame.height) / 2
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' role="img" aria-labelledby="title desc" lang="{language}">',
            f'<title id="title">{escape(heading)}</title>',
            f'<desc id="desc">{escape(facts.summary(scene)(language))} {escape(words.DESCRIPTION(language))}</desc>',
            f"<style>{_STYLE}{style(dark=False)}{number_rules(0)}</style>",
            f'<rect width="{width}" height="{height}" fill="{LIGHT_GROUND}"/>',
            '<clipPath id="frame">',
            f'<rect width="{scene.frame.width:.0f}" height="{scene.frame.height:.0f}"/></clipPath>',
            f'<g class="at0" clip-path="url(#frame)" transform="translate(0 {top:.0f})">',
            draw(scene, tip=lambda mark, route: titles(_told(scene, mark, route, language))),
            "</g>",
            scale_bar(scene.frame, x=24, y=height - 24),
            f'<g transform="translate({scene.frame.width + 20:.0f} 52)">{_legend(scene, heading, language)}</g>',
            "</svg>\n",
        ]
    )


def _told(scene: Scene, mark: Mark | Skipped | Spot, route: RouteDrawing | None, language: Language) -> list[str]:
    return [line(language) for line in facts.told(scene, mark, route)]


def _legend(scene: Scene, heading: str, language: Language) -> str:
    columns = [185, 245, 305, 365, 420, 500, 562, 632]
    y = 34
    parts = [f'<text class="head">{escape(heading)}</text>']
    for line in _wrapped(facts.summary(scene)(language), 88):
        y += 18
        parts.append(f'<text class="quiet" y="{y - 26}">{escape(line)}</text>')
    y += 14
    parts += [
        f'<text class="quiet cell" x="{x - 40}" y="{y}">{escape(column(language))}</text>'
        for x, column in zip(columns, facts.COLUMNS, strict=True)
    ]
    for route in scene.routes:
        y += ROW
        parts.append(_swatch(route, y))
        parts += _cells(columns, facts.row_of(scene, route), y, language)
    y += ROW
    parts.append(f'<path class="rule" d="M0 {y - 17}H{LEGEND_WIDTH - 40}"/>')
    parts.append(f'<text class="total" y="{y}">{words.TOTAL(language)}</text>')
    parts += _cells(columns, facts.totals(scene), y, language, " total")
    y += ROW
    for text, count in facts.skipped_by_reason(scene):
        y += ROW
        parts.append(
            f'<circle class="skip" cx="8" cy="{y - 4}" r="4"/><text x="28" y="{y}">'
            f"{count} {words.SKIPPED(language).lower()}: {escape(text(language))}</text>"
        )
    for kind, text in (("depot", words.DEPOT), ("disposal", words.DISPOSAL)):
        y += ROW + 4
        parts.append(f'<g transform="translate(8 {y - 4}) scale(.72)">{spot_icon(kind)}</g>')
        parts.append(f'<text x="28" y="{y}">{text(language)}</text>')
    y += 8
    unnumbered = sum(facts.hidden_numbers(route.marks) for route in scene.routes)
    for note in [words.SHAPE_HELP, *facts.notes(scene, unnumbered=unnumbered)]:
        y += 8
        for line in _wrapped(note(language), 92):
            y += 17
            parts.append(f'<text class="quiet" y="{y}">{escape(line)}</text>')
    return "".join(parts)


def _swatch(route: RouteDrawing, y: int) -> str:
    name = route.name if len(route.name) <= 17 else route.name[:16] + "…"
    return (
        f'<g class="t{route.number % 14}"><rect class="badge" y="{y - 13}" width="26" height="17"'
        f' rx="{8.5 if route.mark_shape == "circle" else 2}"/>'
        f'<text x="13" y="{y - 1}" font-size="10" text-anchor="middle" fill="{text_on(route.colour.light)}">'
        f'{len(route.route.stop_ids)}</text></g><text x="34" y="{y}">{escape(name)}</text>'
    )


def _cells(columns: list[int], cells: tuple[words.Text, ...], y: int, language: Language, extra: str = "") -> list[str]:
    return [
        f'<text class="cell{extra}" x="{x - 40}" y="{y}">{escape(cell(language))}</text>'
        for x, cell in zip(columns, cells, strict=True)
    ]


def _wrapped(text: str, characters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= characters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
