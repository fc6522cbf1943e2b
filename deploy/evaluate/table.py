"""An evaluation as a table on the terminal, with the sentences that go with it."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from deploy.evaluate import sentences
from deploy.evaluate.compare import Comparison, Estimate
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.figures import SAVED, Measure
from deploy.evaluate.wording import NOTHING, Wording
from simulators.evaluation.outcome import Contender

DECIMALS = {Measure.FILL_AT_EMPTYING: 0, Measure.OVERFLOWS_PER_1000: 2, Measure.UNSERVED: 1, Measure.KG_PER_KM: 1}
WIDTH = 140
"""Where the output is no terminal."""


def show(console: Console, words: Wording, found: Evaluation) -> None:
    """Print it; texts are folded to the width of the terminal."""
    if not found.comparisons:
        console.print(words("headline.none"))
        return
    console.print(Group(_figures(words, found), *(Padding(Text(text), (1, 0, 0, 0)) for text in _texts(words, found))))


def console() -> Console:
    """Where tables go: standard output."""
    measured = Console(highlight=False)
    return measured if measured.is_terminal else Console(highlight=False, width=WIDTH)


def cell(words: Wording, measure: Measure, value: float) -> str:
    """A mean as it stands in the tables."""
    if measure is Measure.FILL_AT_EMPTYING:
        return words.percent(value, 0)
    return words.number(value, DECIMALS.get(measure, 0 if abs(value) >= 100 else 1))


def rows(words: Wording, found: Evaluation) -> Iterator[tuple[str, list[str]]]:
    """The table's rows: a name, and a cell for each contender."""
    compared = list(found.comparisons.values())
    for measure in Measure:
        yield words(f"measure.{measure}"), [cell(words, measure, each.means[measure].mean) for each in compared]
    for measure in SAVED:
        name = words(f"short.{measure}")
        changes = [_change(words, contender, each, measure) for contender, each in found.comparisons.items()]
        yield words("table.change", measure=name), changes
    yield words("table.service"), [_service(words, contender, each) for contender, each in found.comparisons.items()]


def _figures(words: Wording, found: Evaluation) -> Table:
    setting = found.question.like.setting
    title = words(
        "table.title",
        containers=words.number(setting.containers),
        weeks=words("table.weeks", count=setting.days // 7),
        seeds=sentences.seeds(words, found),
    )
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("")
    for contender in found.comparisons:
        table.add_column(words(f"contender.{contender}"), justify="right")
    for place, (name, cells) in enumerate(rows(words, found), 1):
        table.add_row(name, *cells, end_section=place == len(Measure))
    return table


def _change(words: Wording, contender: Contender, comparison: Comparison, measure: Measure) -> str:
    change = comparison.changes.get(measure)
    if change is None or contender is Contender.FIXED_SCHEDULE:
        return NOTHING
    return with_interval(words, change)


def with_interval(words: Wording, change: Estimate) -> str:
    """In per cent: ``−43.1 (−45.0 to −41.2)``."""
    told = words.number(100 * change.mean, 1, sign=True)
    if change.low is None or change.high is None:
        return told
    low, high = (words.number(100 * end, 1, sign=True) for end in (change.low, change.high))
    return f"{told} ({words('table.interval', low=low, high=high)})"


def _service(words: Wording, contender: Contender, comparison: Comparison) -> str:
    if comparison.service is None or contender is Contender.FIXED_SCHEDULE:
        return NOTHING
    return words(f"service.{comparison.service}")


def _texts(words: Wording, found: Evaluation) -> Iterator[str]:
    yield words("table.legend") if len(found.seeds) > 1 else words("table.no_interval")
    yield sentences.headline(words, found)
    yield from sentences.facts(words, found)
    for curve in found.curves:
        yield sentences.curve(words, curve)
    if len(found.codes) > 1:
        yield words("page.codes", count=len(found.codes))
    yield sentences.factors(words, found.question.factors)
