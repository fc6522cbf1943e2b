"""The report's plots, each drawn on axes that are given; told apart in grey, and by those who are colour-blind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from deploy.evaluate import sentences
from deploy.evaluate.compare import Service
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.figures import Measure
from deploy.evaluate.grid import Curve, Varied
from deploy.evaluate.table import cell
from deploy.evaluate.wording import Wording
from simulators.evaluation.outcome import Contender

INK = "#1a1a1a"
FAINT = "#8a8a8a"
RULE = "#d9d9d9"
ACCENT = "#00517f"
SMALL = 6.5
NORMAL = 7.5


@dataclass(frozen=True, slots=True)
class Look:
    """How a contender is drawn. The fills also differ in lightness, the lines also in their marks."""

    fill: str
    line: str
    hatch: str
    mark: str
    dashes: str


# Blue and orange of Okabe and Ito (2008), the blue darkened so that it differs from the others in grey as well.
LOOKS: Mapping[Contender, Look] = {
    Contender.FIXED_SCHEDULE: Look("#b9b9b9", "#6f6f6f", "", "s", "--"),
    Contender.THRESHOLD: Look("#e69f00", "#b87f00", "////", "^", ":"),
    Contender.HALFVOL: Look(ACCENT, ACCENT, "", "o", "-"),
    Contender.CLAIRVOYANT: Look("#ffffff", "#3c3c3c", "....", "D", "-."),
}


def plain(axes: Axes, title: str) -> None:
    """No more ink than needed."""
    axes.set_title(title, loc="left", fontsize=NORMAL + 0.5, fontweight="bold", color=INK, pad=6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.tick_params(labelsize=SMALL, length=0, colors=INK)


def bars(axes: Axes, words: Wording, found: Evaluation, measure: Measure, title: str) -> None:
    """A bar for each contender, with its interval and its number."""
    plain(axes, title)
    contenders = list(found.comparisons)
    means = [found.comparisons[each].means[measure] for each in contenders]
    for place, (contender, mean) in enumerate(zip(contenders, means, strict=True)):
        look = LOOKS[contender]
        height = 0 if math.isnan(mean.mean) else mean.mean
        axes.barh(place, height, height=0.62, color=look.fill, edgecolor=look.line, hatch=look.hatch, linewidth=0.7)
        end = height
        if mean.low is not None and mean.high is not None:
            axes.plot([max(0, mean.low), mean.high], [place, place], color=INK, linewidth=1, solid_capstyle="butt")
            for tip in (max(0, mean.low), mean.high):
                axes.plot([tip, tip], [place - 0.1, place + 0.1], color=INK, linewidth=1)
            end = max(end, mean.high)
        text = cell(words, measure, mean.mean)
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.annotate(
            text, (end, place), (2, 0), textcoords="offset points", va="center", fontsize=NORMAL, fontweight="bold",
            bbox=behind, zorder=5,
        )  # fmt: skip
    axes.set_yticks(range(len(contenders)), [words(f"contender.{each}") for each in contenders], fontsize=NORMAL)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    reach = max([0.0, *(each.mean if each.high is None else each.high for each in means if not math.isnan(each.mean))])
    axes.set_xlim(0, 1.22 * (reach or 1))


def service(axes: Axes, words: Wording, found: Evaluation) -> None:
    """How often containers overflow, and how often they may."""
    bars(axes, words, found, Measure.OVERFLOWS_PER_1000, words("page.plot.service"))
    allowed = found.question.allowed
    axes.axvline(allowed, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.set_xlim(0, max(axes.get_xlim()[1], 1.25 * allowed))
    text = words("page.plot.limit", value=words.number(allowed, 1))
    axes.annotate(
        text, (allowed, 0), (0, -3), xycoords=("data", "axes fraction"), textcoords="offset points",
        ha="center", va="top", fontsize=SMALL, color=INK,
    )  # fmt: skip


def week(axes: Axes, words: Wording, found: Evaluation) -> None:
    """Kilometres by weekday."""
    plain(axes, words("page.plot.week"))
    for contender, shown in found.weeks.items():
        look = LOOKS[contender]
        axes.plot(
            range(7), shown.km, color=look.line, linestyle=look.dashes, marker=look.mark, markersize=3.5,
            markerfacecolor=look.fill, linewidth=2 if contender is Contender.HALFVOL else 1.2,
            label=words(f"contender.{contender}"),
        )  # fmt: skip
    axes.set_xticks(range(7), words("page.weekdays").split())
    axes.set_ylim(bottom=0, top=1.25 * axes.get_ylim()[1])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.number(value)))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(fontsize=SMALL, frameon=False, ncols=4, loc="upper center", handlelength=2.4, columnspacing=1.2)


def reach(curves: Sequence[Curve]) -> tuple[float, float]:
    """Lowest and highest saving to be drawn, the same for all curves so that they can be compared."""
    known = [
        part
        for curve in curves
        for each in curve.points
        for part in (each.saving, each.low, each.high)
        if part is not None
    ]
    return max(-0.6, min([0.0, *known])) - 0.05, min(1.0, max([0.5, *known])) + 0.05


def sensitivity(axes: Axes, words: Wording, curve: Curve, limits: tuple[float, float]) -> None:
    """The saving as one thing is varied; a hollow mark where the service is worse than the fixed schedule's."""
    plain(axes, words(f"curve.name.{curve.varied}"))
    axes.spines["bottom"].set_visible(False)
    values = [each.value for each in curve.points]
    axes.axhline(0, color=INK, linewidth=0.8)
    if all(each.low is not None for each in curve.points):
        lows, highs = [each.low or 0.0 for each in curve.points], [each.high or 0.0 for each in curve.points]
        axes.fill_between(values, lows, highs, color=ACCENT, alpha=0.15, linewidth=0)
    axes.plot(values, [each.saving for each in curve.points], color=ACCENT, linewidth=1.6)
    for each in curve.points:
        hollow = each.service is Service.WORSE
        axes.plot(each.value, each.saving, "o", color=ACCENT, markersize=5, mfc="white" if hollow else ACCENT)
    if curve.varied is Varied.CONTAINERS:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(values, [sentences.value(words, curve.varied, value) for value in values])
    axes.margins(x=0.08)
    axes.set_ylim(limits)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.percent(value)))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
