"""Results as Markdown: a table for each family, and what came of the aims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from tests.benchmarks.routing.engines import ENGINES, WASTE_ONLY
from tests.benchmarks.routing.instance import Family, Instance
from tests.benchmarks.routing.results import Result

AIMS = {Family.CVRP: 0.4, Family.VRPTW: 2.0, Family.PRIZES: 1.0}
"""Median gap in percent that Halfvol should stay within at 60 seconds."""

WASTE_AIM = 1.0
"""Percent that Halfvol's miles with lunch may be above PyVRP's without."""


LATE = 1.1
"""A run that took so many times its limit, and 3 s, is marked."""


def tables(instances: Sequence[Instance], results: Sequence[Result], engines: Sequence[str]) -> str:
    """All families, in order."""
    lines: list[str] = []
    for family in Family:
        members = [instance for instance in instances if instance.family is family]
        if members:
            lines += _family(family, members, results, engines)
    return "\n".join(lines)


def _family(
    family: Family, members: Sequence[Instance], results: Sequence[Result], engines: Sequence[str]
) -> Iterator[str]:
    yield f"### {family.value[0].upper()}{family.value[1:]}"
    yield ""
    best = "published" if family is Family.WASTE else "best known"
    engines = [each for each in engines if family is Family.WASTE or each not in WASTE_ONLY]
    yield f"| instance | customers | {best} | " + " | ".join(ENGINES[engine] for engine in engines) + " |"
    yield "|---|---|---|" + "---|" * len(engines)
    for instance in members:
        row = [_of(results, instance, engine) for engine in engines]
        known = "" if instance.best_known is None else _number(instance, instance.best_known)
        if family is Family.WASTE and instance.best_known_source:
            known += f" ({instance.best_known_source.rsplit(', ', 1)[-1]})"
        cells = " | ".join(_cell(instance, each) for each in row)
        yield f"| {instance.name} | {len(instance.customers)} | {known} | {cells} |"
    if family is not Family.WASTE and len(members) > 1:
        medians = [_median(members, results, engine) for engine in engines]
        yield "| median gap | | | " + " | ".join(medians) + " |"
    yield ""
    yield from _aim(family, members, results)


def _aim(family: Family, members: Sequence[Instance], results: Sequence[Result]) -> Iterator[str]:
    if family in AIMS:
        gaps = _gaps(members, results, "halfvol")
        if gaps:
            yield f"Aim: median gap at most {AIMS[family]:g} %. {_verdict(median(gaps) <= AIMS[family])}"
            yield ""
    if family is Family.WASTE:
        for instance in members:
            ours = _costs(results, instance, "halfvol")
            for engine, what in (("pyvrp", "without either"), ("capped", "with caps and without lunch")):
                theirs = _costs(results, instance, engine)
                if ours and theirs:
                    more = 100 * (median(ours) / median(theirs) - 1)
                    yield (
                        f"{instance.name}: with lunch and caps {more:+.2f} % to PyVRP's miles {what}; aim at most"
                        f" +{WASTE_AIM:g} %. {_verdict(more <= WASTE_AIM)}"
                    )
        yield ""


def _of(results: Sequence[Result], instance: Instance, engine: str) -> list[Result]:
    return [result for result in results if result.instance == instance.key and result.engine == engine]


def _costs(results: Sequence[Result], instance: Instance, engine: str) -> list[int]:
    return [each.cost for each in _of(results, instance, engine) if each.cost is not None and not each.faults]


def _gaps(members: Sequence[Instance], results: Sequence[Result], engine: str) -> list[float]:
    """A gap for each instance: the mean over seeds. Instances without a valid solution count as infinite."""
    gaps: list[float] = []
    for instance in members:
        if instance.best_known is None or not _of(results, instance, engine):
            continue
        costs = _costs(results, instance, engine)
        every = len(costs) == len(_of(results, instance, engine))
        gaps.append(100 * (sum(costs) / len(costs) / instance.best_known - 1) if every else float("inf"))
    return gaps


def _median(members: Sequence[Instance], results: Sequence[Result], engine: str) -> str:
    if any(each.problem.startswith("cannot") for member in members for each in _of(results, member, engine)):
        return "cannot"
    gaps = _gaps(members, results, engine)
    if not gaps:
        return ""
    return f"{median(gaps):.2f} %" if median(gaps) < float("inf") else "no solution"


def _cell(instance: Instance, results: Sequence[Result]) -> str:
    if not results:
        return ""
    if results[0].problem.startswith("cannot"):
        return "cannot"
    if wrong := [each for each in results if each.problem or each.faults]:
        why = wrong[0].problem or f"{len(wrong[0].faults)} faults: {wrong[0].faults[0]}"
        return f"failed ({why[:60]})"
    costs = [each.cost for each in results if each.cost is not None]
    mean = sum(costs) / len(costs)
    text = _number(instance, mean)
    longest = max(results, key=lambda each: each.took_s)
    late = f", took {longest.took_s:.0f} s" if longest.took_s > LATE * longest.seconds + 3 else ""
    if instance.family is Family.WASTE:
        return f"{text} ({round(sum(each.tours for each in results) / len(results))} vehicles{late})"
    if instance.best_known is None:
        return text + late
    return f"{text} ({100 * (mean / instance.best_known - 1):+.2f} %{late})"


def _number(instance: Instance, cost: float) -> str:
    return f"{cost / instance.scale:,.1f}" if instance.scale > 1 else f"{cost:,.0f}"


def _verdict(reached: bool) -> str:
    return "Reached." if reached else "**Not reached.**"
