"""The saving of a period for people at a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.language import Language
from api.saving_report import SavingReport
from api.saving_words import sentences
from api.web.catalogue import message
from api.web.render import day_words
from api.web.saving_page import SavingPage, saving_page
from routing.shadow.comparison import Measure


def saving_table(report: SavingReport, town: str, language: Language) -> Panel:
    """Sentences, both worlds, weeks, and what does not count."""
    shown = saving_page(report, language, chosen=Measure.DISTANCE_KM)
    parts: list[RenderableType] = []
    if shown.shadow_only:
        parts += [message(language, "saving.shadow"), ""]
    if not shown.any_day:
        parts.append(message(language, "saving.empty"))
    else:
        parts += sentences(report.comparison, language)
    if shown.counted:
        parts += ["", _worlds(shown, language), "", _weeks(shown, language)]
    for each in shown.excluded:
        dates = ", ".join(day_words(language, day) for day in each.dates)
        parts += ["", Text(f"{'; '.join(each.reasons)}:", style="bold"), Text(dates)]
    parts += ["", Text(message(language, "saving.howFactors", **shown.factors), style="dim")]
    title = f"{message(language, 'saving.title')} {town}, {shown.first.isoformat()} – {shown.last.isoformat()}"
    return Panel(Group(*parts), title=title, border_style="green", padding=(1, 2))


def _worlds(shown: SavingPage, language: Language) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column(message(language, "saving.measureName"))
    for key in ("saving.world.halfvol", "saving.world.fixed_schedule", "saving.saving", "saving.intervalWords"):
        table.add_column(message(language, key), justify="right")
    intervals = {figure.label: figure.interval or "" for figure in shown.figures}
    for row in shown.rows:
        table.add_row(row.label, row.halfvol, row.fixed_schedule, row.share, intervals.get(row.label, ""))
    table.add_row(message(language, "saving.overflowExpected"), *shown.expected)
    return table


def _weeks(shown: SavingPage, language: Language) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column(message(language, "saving.weeks"))
    table.add_column("")
    table.add_column(message(language, "saving.measure.distance_km"), justify="right")
    table.add_column(message(language, "saving.intervalWords"), justify="right")
    table.add_column(message(language, "saving.overflowExpected"), justify="right")
    for week in reversed(shown.weeks):
        table.add_row(
            f"{message(language, 'saving.week', week=week.number)} ({day_words(language, week.monday)})",
            message(language, "saving.weekDays", count=week.days),
            week.figure.share,
            week.figure.interval or "",
            f"{week.halfvol_overflow} / {week.fixed_overflow}",
        )
    return table
