"""A solution as one HTML page: a map to move and enlarge, a table of the trucks, every stop as text, two languages.

The page holds all it needs: no bundle, no font, no network. Without its script it still shows the map and the lists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from domain.plans import StepKind
from routing.pictures import facts, words
from routing.pictures.background import Background
from routing.pictures.drawing import DONE_SIGN, SKIPPED_SIGN, draw, number_rules, spot_icon, style
from routing.pictures.layout import lay_out
from routing.pictures.legs import Geometry
from routing.pictures.marks import Mark
from routing.pictures.page_script import SCRIPT
from routing.pictures.page_style import STYLE
from routing.pictures.palette import COLOURS
from routing.pictures.scene import RouteDrawing, Scene, Skipped
from routing.pictures.spots import Spot
from routing.pictures.words import LANGUAGES, Language, Text, same
from routing.places import Places
from routing.problem import Problem
from routing.solution import Solution

WIDTH = 400.0
"""Units of the picture across; one is a pixel on a narrow phone, and zoom levels count from there."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""The page may load nothing: what it shows is in it."""


def draw_html(
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
    """Draw a solution as a page; parameters and errors as in :func:`routing.pictures.svg.draw_svg`.

    ``language`` is the one that it opens with; the reader may switch.
    """
    scene = lay_out(problem, solution, places, width=WIDTH, geometry=geometry, background=background, numbers=numbers)
    heading = same(title) if title else words.TITLE
    told: list[list[list[str]]] = []

    def tip(mark: Mark | Skipped | Spot, route: RouteDrawing | None) -> str:
        told.append([[line(each) for line in facts.told(scene, mark, route)] for each in LANGUAGES])
        return f'<rect class="touch" x="-9" y="-9" width="18" height="18" data-told="{len(told) - 1}"/>'

    drawn = draw(scene, tip=tip)
    frame = scene.frame
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{language}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<link rel="icon" href="data:,">',
            f"<title>{escape(heading(language))}</title>",
            f"<style>{STYLE}{style(dark=False)}{number_rules()}",
            f"@media (prefers-color-scheme: dark) {{{style(dark=True)}}}</style></head>",
            f'<body data-titles="{_attribute({each: heading(each) for each in LANGUAGES})}">',
            f"<header><div><h1>{_both(heading)}</h1><p>{_both(facts.summary(scene))}</p></div>{_languages()}</header>",
            '<main><section class="map">',
            f'<svg id="map" viewBox="0 0 {frame.width:g} {frame.height:g}" data-width="{frame.width:g}"'
            f' data-height="{frame.height:g}" data-metres="{frame.metres_per_unit:.6g}" tabindex="0" role="img"'
            f' aria-label="{escape(words.DESCRIPTION(language))}"'
            f' data-labels="{_attribute({each: words.DESCRIPTION(each) for each in LANGUAGES})}">',
            f'<g id="world" class="at0">{drawn}</g></svg>',
            f'<div class="tools">{_tool("in", "+", words.ZOOM_IN)}{_tool("out", "−", words.ZOOM_OUT)}'
            f"{_tool('fit', '⤢', words.FIT)}</div>",
            '<div id="scale" aria-hidden="true"><span></span></div><div id="tip" role="status" hidden></div>',
            "</section>",
            f"<aside>{_table(scene)}{_key(scene)}{_notes(scene)}{_lists(scene)}</aside></main>",
            f'<script type="application/json" id="told">{_script_data(told)}</script>',
            f"<script>{SCRIPT}</script></body></html>\n",
        ]
    )


def _both(text: Text) -> str:
    """A text that the page shows in its language."""
    if text.en == text.nl:
        return escape(text.en)
    return "".join(f'<span class="{each}" lang="{each}">{escape(text(each))}</span>' for each in LANGUAGES)


def _attribute(data: object) -> str:
    return escape(json.dumps(data, ensure_ascii=False))


def _script_data(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _languages() -> str:
    names = {"nl": "Nederlands", "en": "English"}
    buttons = (f'<button type="button" data-language="{each}" lang="{each}">{names[each]}</button>' for each in names)
    return f'<div class="languages">{"".join(buttons)}</div>'


def _tool(name: str, sign: str, text: Text) -> str:
    labels = _attribute({each: text(each) for each in LANGUAGES})
    return f'<button type="button" data-tool="{name}" data-labels="{labels}">{sign}</button>'


def _table(scene: Scene) -> str:
    head = "".join(f'<th scope="col">{_both(column)}</th>' for column in (words.TRUCK, *facts.COLUMNS))
    rows = "".join(_row(scene, route) for route in scene.routes)
    cells = "".join(f"<td>{_both(cell)}</td>" for cell in facts.totals(scene))
    return (
        '<div class="choices"><button type="button" data-all="1">'
        f'{_both(words.EVERYONE)}</button><button type="button" data-all="">{_both(words.NOBODY)}</button>'
        f'<label><input type="checkbox" id="areas"> {_both(words.AREAS)}</label></div>'
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f'<tbody>{rows}</tbody><tfoot><tr><th scope="row">{_both(words.TOTAL)}</th>{cells}</tr></tfoot></table></div>'
    )


def _row(scene: Scene, route: RouteDrawing) -> str:
    cells = "".join(f"<td>{_both(cell)}</td>" for cell in facts.row_of(scene, route))
    show = words.SHOW.fill(name=route.name)
    labels = _attribute({each: show(each) for each in LANGUAGES})
    return (
        f'<tr data-pick="{route.number}"><th scope="row"><label><input type="checkbox" checked'
        f' data-show="{route.number}" data-labels="{labels}">'
        f"{_swatch(route)}{escape(route.name)}</label></th>"
        f"{cells}</tr>"
    )


def _swatch(route: RouteDrawing) -> str:
    return f'<span class="swatch {route.mark_shape} t{route.number % len(COLOURS)}"></span>'


def _key(scene: Scene) -> str:
    """What the signs on the map mean."""
    lines = [
        ('<path class="leg collecting" d="M-11 0H11"/><path class="arrow-key" d="M-3-4 5 0-3 4z"/>', words.COLLECTING),
        ('<path class="leg deadhead" d="M-11 0H11"/>', words.DEADHEADING),
        (spot_icon("depot"), words.DEPOT),
        (spot_icon("disposal"), words.DISPOSAL),
    ]
    if scene.done:
        lines.append((DONE_SIGN, words.DONE))
    if any(spot.kind == "truck" for spot in scene.spots):
        lines.append((spot_icon("truck"), words.OUT))
    found = facts.skipped_by_reason(scene)
    lines += [
        (
            SKIPPED_SIGN,
            Text(f"{count} {words.SKIPPED.en.lower()}: {text.en}", f"{count} {words.SKIPPED.nl.lower()}: {text.nl}"),
        )
        for text, count in found
    ]
    items = (
        f'<li><svg viewBox="-14 -14 28 28" width="22" height="22" aria-hidden="true">{drawn}</svg>{_both(text)}</li>'
        for drawn, text in lines
    )
    return f'<ul class="key">{"".join(items)}</ul>'


def _notes(scene: Scene) -> str:
    notes = [*facts.notes(scene), words.HINT, words.SHAPE_HELP]
    return "".join(f'<p class="note">{_both(note)}</p>' for note in notes)


def _lists(scene: Scene) -> str:
    parts = [f"<h2>{_both(words.ORDER)}</h2>"]
    for route in scene.routes:
        items = _numbered(scene, route)
        parts.append(f"<details><summary>{_swatch(route)}{escape(route.name)}</summary><ol>{items}</ol></details>")
    if scene.skipped:
        items = "".join(f"<li>{_joined(facts.skipped_lines(scene, each.unassigned))}</li>" for each in scene.skipped)
        summary = f"{_both(words.SKIPPED)} ({len(scene.skipped)})"
        parts.append(f"<details><summary>{summary}</summary><ul>{items}</ul></details>")
    return "".join(parts)


def _numbered(scene: Scene, route: RouteDrawing) -> str:
    """The steps, of which only emptyings have a number: that on the map."""
    items: list[str] = []
    number = 0
    for step in route.route.steps:
        emptying = step.kind is StepKind.EMPTYING
        number += emptying
        kind = f'value="{number}"' if emptying else 'class="between"'
        items.append(f"<li {kind}>{_both(facts.step_line(scene, step))}</li>")
    return "".join(items)


def _joined(lines: Sequence[Text]) -> str:
    return _both(Text("; ".join(line.en for line in lines), "; ".join(line.nl for line in lines)))
