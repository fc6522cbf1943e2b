"""The report as one A4 page, PDF or PNG, that can be printed in grey and read without knowing Halfvol."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Literal, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font_names
from matplotlib.patches import Rectangle
from matplotlib.typing import RcKeyType

from deploy.evaluate import plots, sentences
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.figures import Measure
from deploy.evaluate.plots import ACCENT, FAINT, INK, NORMAL, RULE, SMALL
from deploy.evaluate.table import rows
from deploy.evaluate.tiles import Tile, tiles
from deploy.evaluate.wording import Wording
from simulators.evaluation.outcome import Contender

WIDTH_IN, HEIGHT_IN = 8.27, 11.69
LEFT, RIGHT = 0.07, 0.93
PNG_DOTS_PER_INCH = 160
LINE_HEIGHT = 1.32


def style() -> dict[RcKeyType, Any]:
    """Settings of matplotlib: a plain typeface, text as text in PDF."""
    wanted = ["Liberation Sans", "Arial", "Helvetica", "DejaVu Sans"]
    there = set(get_font_names())
    return {
        "font.family": next(name for name in wanted if name in there),
        "text.color": INK,
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "hatch.linewidth": 0.5,
    }


def page(words: Wording, found: Evaluation, made: str, kind: Literal["pdf", "png"]) -> bytes:
    """The page. ``made``: by what, when and how it was made, for the last line."""
    with mpl.rc_context(style()):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN))
        FigureCanvasAgg(figure)
        _head(figure, words, found)
        _tiles(figure, tiles(words, found))
        _plots(figure, words, found)
        _foot(figure, words, found, made)
        out = BytesIO()
        metadata = {"Title": words("page.title"), "Author": "Halfvol"}
        figure.savefig(out, format=kind, dpi=PNG_DOTS_PER_INCH, metadata=metadata)
        return out.getvalue()


def _head(figure: Figure, words: Wording, found: Evaluation) -> None:
    figure.add_artist(Rectangle((0, 0.957), 1, 0.043, color=ACCENT, transform=figure.transFigure))
    figure.text(LEFT, 0.9785, words("page.title"), fontsize=15, fontweight="bold", color="white", va="center")
    _lines(figure, sentences.subtitle(words, found), 0.947, SMALL + 0.5, color="#4a4a4a")
    _lines(figure, sentences.headline(words, found), 0.918, 11.5, weight="bold")


def _tiles(figure: Figure, shown: list[Tile]) -> None:
    gap = 0.012
    width = (RIGHT - LEFT - gap * (len(shown) - 1)) / max(1, len(shown))
    for place, tile in enumerate(shown):
        left = LEFT + place * (width + gap)
        figure.add_artist(Rectangle((left, 0.775), width, 0.075, color="#eef3f6", transform=figure.transFigure))
        figure.add_artist(Rectangle((left, 0.775), 0.004, 0.075, color=ACCENT, transform=figure.transFigure))
        inside = left + 0.016
        figure.text(inside, 0.832, tile.number, fontsize=16, fontweight="bold", color=ACCENT, va="center")
        figure.text(inside, 0.812, tile.what, fontsize=NORMAL, va="center")
        for line, text in enumerate(tile.notes):
            figure.text(inside, 0.798 - 0.0115 * line, text, fontsize=SMALL, color="#4a4a4a", va="center")


def _plots(figure: Figure, words: Wording, found: Evaluation) -> None:
    if not found.comparisons:
        return
    left, right = 0.165, 0.60
    plots.bars(figure.add_axes((left, 0.645, 0.31, 0.095)), words, found, Measure.KM, words("page.plot.km"))
    plots.service(figure.add_axes((right, 0.645, 0.31, 0.095)), words, found)
    plots.week(figure.add_axes((LEFT + 0.025, 0.495, 0.38, 0.11)), words, found)
    title = words("page.plot.fill")
    plots.bars(figure.add_axes((right, 0.495, 0.31, 0.11)), words, found, Measure.FILL_AT_EMPTYING, title)
    if found.curves:
        _curves(figure, words, found)
    else:
        _table(figure, words, found)


def _curves(figure: Figure, words: Wording, found: Evaluation) -> None:
    text = f"{words('page.plot.sensitivity')} ({words('page.plot.worse')})"
    figure.text(LEFT, 0.452, text, fontsize=NORMAL + 1.5, fontweight="bold", color=ACCENT)
    count = len(found.curves)
    width = (RIGHT - LEFT - 0.045 * count) / max(2, count)
    limits = plots.reach(found.curves)
    for place, curve in enumerate(found.curves):
        box = (LEFT + 0.035 + place * (width + 0.045), 0.322, width, 0.095)
        plots.sensitivity(figure.add_axes(box), words, curve, limits)
    y = 0.295
    for curve in found.curves:
        y = _lines(figure, f"• {sentences.curve(words, curve)}", y, NORMAL) - 0.002


def _table(figure: Figure, words: Wording, found: Evaluation) -> None:
    figure.text(LEFT, 0.452, words("page.all"), fontsize=NORMAL + 1.5, fontweight="bold", color=ACCENT)
    columns = len(found.comparisons)
    ends = [RIGHT - (columns - 1 - place) * 0.155 for place in range(columns)]
    y = 0.435
    for contender, end in zip(found.comparisons, ends, strict=True):
        figure.text(end, y, words(f"contender.{contender}"), fontsize=NORMAL, fontweight="bold", ha="right")
    for name, cells in rows(words, found):
        y -= 0.0126
        figure.text(LEFT, y, name, fontsize=SMALL + 0.5)
        for text, end in zip(cells, ends, strict=True):
            figure.text(end, y, text, fontsize=SMALL + 0.5, ha="right")
        _rule(figure, y - 0.0035, RULE)


def _foot(figure: Figure, words: Wording, found: Evaluation, made: str) -> None:
    y = 0.178
    _rule(figure, y + 0.01, FAINT)
    y = _lines(figure, " ".join([*sentences.facts(words, found), *_rival(words, found)]), y, NORMAL + 0.5) - 0.006
    figure.text(LEFT, y, words("page.method"), fontsize=NORMAL + 1, fontweight="bold", color=ACCENT, va="top")
    y = _lines(figure, words("page.method.text"), y - 0.015, NORMAL) - 0.004
    y = _lines(figure, sentences.factors(words, found.question.factors), y, SMALL, color="#4a4a4a") - 0.004
    if len(found.codes) > 1:
        made = f"{made} {words('page.codes', count=len(found.codes))}"
    _lines(figure, made, y, SMALL - 0.5, color="#4a4a4a")


def _rival(words: Wording, found: Evaluation) -> list[str]:
    threshold = Contender.THRESHOLD
    return [sentences.headline(words, found, threshold)] if threshold in found.comparisons else []


def _rule(figure: Figure, y: float, color: str) -> None:
    figure.add_artist(Rectangle((LEFT, y), RIGHT - LEFT, 0.0004, color=color, transform=figure.transFigure))


def _lines(figure: Figure, text: str, y: float, size: float, *, color: str = INK, weight: str = "normal") -> float:
    """Text folded to the width of the page, from ``y`` downwards; where it ends."""
    for line in _folded(figure, text, size, weight):
        figure.text(LEFT, y, line, fontsize=size, color=color, fontweight=weight, va="top")
        y -= size * LINE_HEIGHT / 72 / HEIGHT_IN
    return y


def _folded(figure: Figure, text: str, size: float, weight: str) -> Iterator[str]:
    renderer = cast("FigureCanvasAgg", figure.canvas).get_renderer()
    letters = FontProperties(size=size, weight=weight)
    # Letters come out a little wider in print than on the grid of dots that they are measured on.
    width = 0.975 * (RIGHT - LEFT) * figure.bbox.width
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and renderer.get_text_width_height_descent(longer, letters, ismath=False)[0] > width:
            yield line
            longer = word
        line = longer
    yield line
