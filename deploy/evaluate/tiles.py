"""The four numbers that the report begins with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deploy.evaluate import sentences
from deploy.evaluate.compare import Estimate
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.figures import Measure
from deploy.evaluate.wording import Wording
from simulators.evaluation.outcome import Contender


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, what it counts, and smaller lines below."""

    number: str
    what: str
    notes: tuple[str, ...] = ()


def tiles(words: Wording, found: Evaluation) -> list[Tile]:
    """Kilometres, service, euros and CO2; none without the fixed schedule and Halfvol."""
    halfvol, fixed = found.comparisons.get(Contender.HALFVOL), found.comparisons.get(Contender.FIXED_SCHEDULE)
    euros = sentences.a_year(found, Measure.EUROS)
    tonnes = sentences.a_year(found, Measure.CO2_KG, 1000)
    if halfvol is None or fixed is None or halfvol.service is None or euros is None or tonnes is None:
        return []
    now, then = (words.percent(1 - each.means[Measure.OVERFLOWS_PER_1000].mean / 1000, 2) for each in (halfvol, fixed))
    service = f"{words('table.service').lower()}: {words(f'service.{halfvol.service}')}"
    return [
        _changed(words, "page.tile.km", halfvol.changes[Measure.KM], lambda share: words.percent(share, 1, sign=True)),
        Tile(now, words("page.tile.service"), (words("page.tile.against", value=then), service)),
        _changed(words, "page.tile.euros", euros, lambda each: words.number(sentences.rounded(each), 0, sign=True)),
        _changed(words, "page.tile.co2", tonnes, lambda each: words.number(each, 1, sign=True)),
    ]


def _changed(words: Wording, what: str, change: Estimate, told: Callable[[float], str]) -> Tile:
    notes: tuple[str, ...] = ()
    if change.low is not None and change.high is not None:
        notes = (words("page.tile.interval", low=told(change.low), high=told(change.high)),)
    return Tile(told(change.mean), words(what), notes)
