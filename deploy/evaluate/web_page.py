"""The report as one HTML file that loads nothing: text as text, plots as SVG with what they show in words."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import matplotlib as mpl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from deploy.evaluate import plots, sentences
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.figures import Measure
from deploy.evaluate.page import style
from deploy.evaluate.table import cell, rows
from deploy.evaluate.tiles import tiles
from deploy.evaluate.wording import Wording

FOLDER = Path(__file__).parent


def web_page(words: Wording, found: Evaluation, made: str) -> str:
    """The page. ``made``: by what, when and how it was made."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("web_page.html").render(
        words=words,
        subtitle=sentences.subtitle(words, found),
        headline=sentences.headline(words, found),
        facts=sentences.facts(words, found),
        tiles=tiles(words, found),
        plots=_plots(words, found) if found.comparisons else [],
        curves=[(sentences.curve(words, each), _curve(words, found, place)) for place, each in enumerate(found.curves)],
        contenders=[words(f"contender.{each}") for each in found.comparisons],
        rows=list(rows(words, found)),
        legend=words("table.legend") if len(found.seeds) > 1 else words("table.no_interval"),
        factors=sentences.factors(words, found.question.factors),
        codes=words("page.codes", count=len(found.codes)) if len(found.codes) > 1 else "",
        made=made,
    )


def _plots(words: Wording, found: Evaluation) -> list[Markup]:
    fill, km = Measure.FILL_AT_EMPTYING, Measure.KM
    return [
        _svg(
            lambda axes: plots.bars(axes, words, found, km, words("page.plot.km")),
            _alt(words, found, km, words("page.plot.km")),
        ),
        _svg(
            lambda axes: plots.service(axes, words, found),
            _alt(words, found, Measure.OVERFLOWS_PER_1000, words("page.plot.service")),
        ),
        _svg(lambda axes: plots.week(axes, words, found), _week_alt(words, found)),
        _svg(
            lambda axes: plots.bars(axes, words, found, fill, words("page.plot.fill")),
            _alt(words, found, fill, words("page.plot.fill")),
        ),
    ]


def _curve(words: Wording, found: Evaluation, place: int) -> Markup:
    curve = found.curves[place]
    values = ", ".join(
        f"{sentences.value(words, curve.varied, each.value)}: {words.percent(each.saving)}" for each in curve.points
    )
    alt = words("page.alt", title=words(f"varied.{curve.varied}"), values=values)
    return _svg(lambda axes: plots.sensitivity(axes, words, curve, plots.reach(found.curves)), alt)


def _alt(words: Wording, found: Evaluation, measure: Measure, title: str) -> str:
    values = ", ".join(
        f"{words(f'contender.{contender}')} {cell(words, measure, each.means[measure].mean)}"
        for contender, each in found.comparisons.items()
    )
    return words("page.alt", title=title, values=values)


def _week_alt(words: Wording, found: Evaluation) -> str:
    values = "; ".join(
        f"{words(f'contender.{contender}')} {', '.join(words.number(km) for km in week.km)}"
        for contender, week in found.weeks.items()
    )
    return words("page.alt", title=words("page.plot.week"), values=values)


def _svg(draw: Callable[[Axes], None], alt: str) -> Markup:
    with mpl.rc_context(style()):
        figure = Figure(figsize=(4.6, 1.9), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    drawn = out.getvalue()
    start = drawn.index("<svg ") + len("<svg ")
    return Markup(f'<svg role="img" aria-label="{Markup.escape(alt)}" ') + Markup(drawn[start:])
