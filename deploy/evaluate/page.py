"""The report as one A4 page, PDF or PNG, that can be printed in grey and read without knowing Halfvol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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

WIDTH_IN, HEIGHT_IN = 8.27, 11.69
LEFT, RIGHT = 0.07, 0.93
DOTS_PER_INCH = 160
LINE_HEIGHT = 1.32
LOWEST = 0.014
FADED = "#4a4a4a"


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
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DOTS_PER_INCH)
        FigureCanvasAgg(figure)
        _head(figure, words, found)
        _tiles(figure, tiles(words, found))
        middle = _plots(figure, words, found)
        _foot(figure, words, found, made, middle - 0.012)
        out = BytesIO()
        metadata = {"Title": words("page.title"), "Author": "Halfvol"}
        figure.savefig(out, format=kind, dpi=DOTS_PER_INCH, metadata=metadata)
        return out.getvalue()


def _head(figure: Figure, words: Wording, found: Evaluation) -> None:
    figure.add_artist(Rectangle((0, 0.957), 1, 0.043, color=ACCENT, transform=figure.transFigure))
    figure.text(LEFT, 0.9785, words("page.title"), fontsize=15, fontweight="bold", color="white", va="center")
    _lines(figure, sentences.subtitle(words, found), 0.947, SMALL + 0.5, color=FADED)
    _lines(figure, sentences.headline(words, found), 0.921, 11, weight="bold")


def _tiles(figure: Figure, shown: list[Tile]) -> None:
    gap = 0.012
    width = (RIGHT - LEFT - gap * (len(shown) - 1)) / max(1, len(shown))
    for place, tile in enumerate(shown):
        left = LEFT + place * (width + gap)
        figure.add_artist(Rectangle((left, 0.782), width, 0.075, color="#eef3f6", transform=figure.transFigure))
        figure.add_artist(Rectangle((left, 0.782), 0.004, 0.075, color=ACCENT, transform=figure.transFigure))
        inside = left + 0.016
        figure.text(inside, 0.839, tile.number, fontsize=16, fontweight="bold", color=ACCENT, va="center")
        figure.text(inside, 0.819, tile.what, fontsize=NORMAL, va="center")
        for line, text in enumerate(tile.notes):
            figure.text(inside, 0.805 - 0.0115 * line, text, fontsize=SMALL, color=FADED, va="center")


def _plots(figure: Figure, words: Wording, found: Evaluation) -> float:
    """The plots, and the curves or else the table; where they end."""
    left, right = 0.165, 0.60
    plots.bars(figure.add_axes((left, 0.656, 0.31, 0.095)), words, found, Measure.KM, words("page.plot.km"))
    plots.service(figure.add_axes((right, 0.656, 0.31, 0.095)), words, found)
    plots.week(figure.add_axes((LEFT + 0.025, 0.513, 0.38, 0.11)), words, found)
    title = words("page.plot.fill")
    plots.bars(figure.add_axes((right, 0.513, 0.31, 0.11)), words, found, Measure.FILL_AT_EMPTYING, title)
    return _curves(figure, words, found) if found.curves else _table(figure, words, found)


def _curves(figure: Figure, words: Wording, found: Evaluation) -> float:
    text = f"{words('page.plot.sensitivity')} ({words('page.plot.worse')})"
    figure.text(LEFT, 0.472, text, fontsize=NORMAL + 1.5, fontweight="bold", color=ACCENT)
    count = len(found.curves)
    width = (RIGHT - LEFT - 0.045 * count) / max(2, count)
    limits = plots.reach(found.curves)
    for place, curve in enumerate(found.curves):
        box = (LEFT + 0.035 + place * (width + 0.045), 0.342, width, 0.095)
        plots.sensitivity(figure.add_axes(box), words, curve, limits)
    y = 0.317
    for curve in found.curves:
        y = _lines(figure, f"• {sentences.curve(words, curve)}", y, NORMAL) - 0.002
    return y


def _table(figure: Figure, words: Wording, found: Evaluation) -> float:
    figure.text(LEFT, 0.472, words("page.all"), fontsize=NORMAL + 1.5, fontweight="bold", color=ACCENT)
    columns = len(found.comparisons)
    ends = [RIGHT - (columns - 1 - place) * 0.155 for place in range(columns)]
    y = 0.456
    for contender, end in zip(found.comparisons, ends, strict=True):
        figure.text(end, y, words(f"contender.{contender}"), fontsize=NORMAL, fontweight="bold", ha="right")
    for name, cells in rows(words, found):
        y -= 0.0124
        figure.text(LEFT, y, name, fontsize=SMALL + 0.5)
        for text, end in zip(cells, ends, strict=True):
            figure.text(end, y, text, fontsize=SMALL + 0.5, ha="right")
        _rule(figure, y - 0.0035, RULE)
    return y - 0.0035


@dataclass(frozen=True, slots=True)
class _Text:
    """A paragraph; ``gap``: the share of the page that is left free below it."""

    words: str
    size: float
    color: str = INK
    weight: str = "normal"
    gap: float = 0.004


def _foot(figure: Figure, words: Wording, found: Evaluation, made: str, y: float) -> None:
    """Facts, method and factors below ``y``, in smaller letters where there is much to say."""
    if len(found.codes) > 1:
        made = f"{made} {words('page.codes', count=len(found.codes))}"
    paragraphs = [
        _Text(" ".join(sentences.facts(words, found)), NORMAL + 0.5, gap=0.006),
        _Text(words("page.method"), NORMAL + 1, ACCENT, "bold", 0.001),
        _Text(words("page.method.text"), NORMAL),
        _Text(sentences.factors(words, found.question.factors), SMALL, FADED),
        _Text(made, SMALL - 0.5, FADED, gap=0),
    ]
    _rule(figure, y, FAINT)
    y -= 0.008
    sizes = (1.0, 0.94, 0.88, 0.82, 0.76)
    scale = next((each for each in sizes if y - _height(figure, paragraphs, each) > LOWEST), sizes[-1])
    for each in paragraphs:
        y = _lines(figure, each.words, y, scale * each.size, color=each.color, weight=each.weight) - each.gap


def _height(figure: Figure, paragraphs: Sequence[_Text], scale: float) -> float:
    return sum(
        _line_height(scale * each.size) * len(list(_folded(figure, each.words, scale * each.size, each.weight)))
        + each.gap
        for each in paragraphs
    )


def _rule(figure: Figure, y: float, color: str) -> None:
    figure.add_artist(Rectangle((LEFT, y), RIGHT - LEFT, 0.0004, color=color, transform=figure.transFigure))


def _lines(figure: Figure, text: str, y: float, size: float, *, color: str = INK, weight: str = "normal") -> float:
    """Text folded to the width of the page, from ``y`` downwards; where it ends."""
    for line in _folded(figure, text, size, weight):
        figure.text(LEFT, y, line, fontsize=size, color=color, fontweight=weight, va="top")
        y -= _line_height(size)
    return y


def _line_height(size: float) -> float:
    """Of letters of so many points, as a share of the page."""
    return size * LINE_HEIGHT / 72 / HEIGHT_IN


def _folded(figure: Figure, text: str, size: float, weight: str) -> Iterator[str]:
    renderer = cast("FigureCanvasAgg", figure.canvas).get_renderer()
    letters = FontProperties(size=size, weight=weight)
    # Letters come out a little wider in print than on the grid of dots that they are measured on.
    width = 0.985 * (RIGHT - LEFT) * figure.bbox.width
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and renderer.get_text_width_height_descent(longer, letters, ismath=False)[0] > width:
            yield line
            longer = word
        line = longer
    yield line
