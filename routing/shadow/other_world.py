"""Where containers stand in the world that is not driven, from one night to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from domain.containers import Container
from domain.saving import OtherLevel
from routing.days import WorkingDays
from routing.forecast import Outlook
from routing.forecast.origin import EMPTIED_LEVEL, EMPTIED_LEVEL_SD
from routing.forecast.what_if import WhatIf, carried

WRITE_ANEW = timedelta(days=7)
"""A container that is not emptied there is written down anew so long after its last line, while the readings since
then are still at hand."""


@dataclass(frozen=True, slots=True, eq=False)
class OtherWorld:
    """The other world as it stands on the evening before a date.

    ``now``: all containers in the order of the outlook's ``ids``, carried to their newest readings; ``before``: by id,
    what was stored of them, or where the worlds part.
    """

    date: date
    now: WhatIf
    before: Mapping[int, OtherLevel]
    new: frozenset[int]

    @classmethod
    def of(
        cls, seen: Outlook, stored: Mapping[int, OtherLevel], date: date, coming: Mapping[int, float] | None = None
    ) -> OtherWorld:
        """The world that ``stored`` says, by container id; those without a line part from the real one now.

        ``coming``: by container id, when it will be emptied in the real world before the date (epoch seconds); those
        part from it then.
        """
        ids = seen.ids.tolist()
        new = frozenset(ids) - stored.keys()
        before = dict(stored) | {each.container_id: each for each in parting(seen, date) if each.container_id in new}
        for container_id, at_s in (coming or {}).items():
            if container_id in new:
                before[container_id] = replace(emptied(container_id, date, at_s), emptied_here=False)
        begun = _as_arrays([before[each] for each in ids])
        return cls(date=date, now=carried(seen, begun), before=before, new=new)

    def after(self, seen: Outlook, visits_s: Mapping[int, float]) -> list[OtherLevel]:
        """What to store of the date: who is emptied (id -> epoch seconds), who is new, and who is due to be written."""
        kept: list[OtherLevel] = []
        for c, container_id in enumerate(seen.ids.tolist()):
            before = self.before[container_id]
            if container_id in visits_s:
                kept.append(emptied(container_id, self.date, visits_s[container_id]))
            elif container_id in self.new:
                kept.append(before)
            elif self.now.at_s[c] - before.at.timestamp() >= WRITE_ANEW.total_seconds():
                kept.append(
                    OtherLevel(
                        container_id=container_id,
                        date=self.date,
                        at=datetime.fromtimestamp(self.now.at_s[c], UTC),
                        level=float(self.now.level[c]),
                        level_sd=float(self.now.level_sd[c]),
                        emptied_at=before.emptied_at,
                        emptied_here=before.emptied_here,
                    )
                )
        return kept

    def emptied_share(self) -> float:
        """Share of the containers that have been emptied in this world since it parted from the real one."""
        return sum(each.emptied_here for each in self.before.values()) / max(len(self.before), 1)


def parting(seen: Outlook, date: date) -> list[OtherLevel]:
    """The containers as they really stand: where two worlds part."""
    origin = seen.basis.origin
    return [
        OtherLevel(
            container_id=container_id,
            date=date,
            at=datetime.fromtimestamp(at_s, UTC),
            level=level,
            level_sd=level_sd,
            emptied_at=datetime.fromtimestamp(emptied_s, UTC) if np.isfinite(emptied_s) else None,
            emptied_here=False,
        )
        for container_id, at_s, level, level_sd, emptied_s in zip(
            seen.ids.tolist(),
            origin.origin_s.tolist(),
            origin.level.tolist(),
            origin.level_sd.tolist(),
            origin.emptied_s.tolist(),
            strict=True,
        )
    ]


def emptied(container_id: int, date: date, at_s: float) -> OtherLevel:
    """A container right after it was emptied."""
    at = datetime.fromtimestamp(at_s, UTC)
    return OtherLevel(container_id, date, at, EMPTIED_LEVEL, EMPTIED_LEVEL_SD, emptied_at=at, emptied_here=True)


def rounds_between(
    containers: Mapping[int, Container],
    days: WorkingDays,
    *,
    after: date,
    before: date,
    free: frozenset[date] = frozenset(),
) -> dict[int, OtherLevel]:
    """The last round of each container on the dates between two, both left out: the schedule goes on unplanned too.

    ``free``: dates without any collection.
    """
    found: dict[int, OtherLevel] = {}
    for n in range(1, (before - after).days):
        day = after + timedelta(days=n)
        if day in free:
            continue
        at_s = days.begins_at(day).timestamp()
        found |= {each: emptied(each, day, at_s) for each in scheduled(containers, days, day)}
    return found


def scheduled(containers: Mapping[int, Container], days: WorkingDays, day: date) -> list[int]:
    """Ids of the containers that the fixed schedule empties on a day: a round, and a truck at work that takes it."""
    served = {fraction for working in days.working(day) for fraction in working.vehicle.fractions}
    collected = days.fractions_with_round(day) & served
    return [each.id for each in containers.values() if each.fraction in collected]


def _as_arrays(levels: list[OtherLevel]) -> WhatIf:
    def column(values: list[float]) -> NDArray[np.float64]:
        return np.array(values, dtype=np.float64)

    return WhatIf(
        at_s=column([each.at.timestamp() for each in levels]),
        level=column([each.level for each in levels]),
        level_sd=column([each.level_sd for each in levels]),
        emptied_s=column([np.nan if each.emptied_at is None else each.emptied_at.timestamp() for each in levels]),
    )
