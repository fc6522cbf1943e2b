"""One simulation to be run: which town under which circumstances, and whose plans."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from domain.errors import InvalidInput
from simulators.evaluation.outcome import Contender
from simulators.evaluation.setting import Setting

BLIND = frozenset({Contender.FIXED_SCHEDULE, Contender.CLAIRVOYANT})
"""Contenders that look at no sensor and at no forecast."""

EYES = ("bad_sensors", "missing_sensors", "growth_bias", "growth_noise", "drivers_look")
"""What such a contender does not notice."""

_UNTOUCHED = Setting(seed=0)


@dataclass(frozen=True, slots=True)
class Task:
    """One run. Equal tasks have equal outcomes, whoever runs them.

    Parameters
    ----------
    setting
        The circumstances, with the seed.
    contender
        Whose plans are driven.
    policy
        The municipality's policy as the text of its file; empty: the default policy.
    extract, extract_digest
        Streets in place of the setting's: an ``.osm.pbf`` and its SHA-256; empty: the setting's.
    """

    setting: Setting
    contender: Contender
    policy: str = ""
    extract: str = ""
    extract_digest: str = ""

    @property
    def key(self) -> str:
        """Names the task; equal for tasks that cannot have different outcomes."""
        document = self.as_json()
        if self.contender in BLIND:
            document["setting"] |= {name: getattr(_UNTOUCHED, name) for name in EYES}
        # The digest names the streets, wherever the file lies.
        del document["extract"]
        # 1 truck a truck is 1.0.
        document["setting"] = {
            name: float(value) if type(value) is int else value for name, value in document["setting"].items()
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:32]

    def as_json(self) -> dict[str, Any]:
        """For a file or a job."""
        document = asdict(self)
        document["setting"]["start"] = self.setting.start.isoformat()
        return document | {"contender": str(self.contender)}

    def with_setting(self, **values: Any) -> Task:
        """The same in other circumstances."""
        return replace(self, setting=replace(self.setting, **values))


def task_from_json(document: Mapping[str, Any]) -> Task:
    """A task as :meth:`Task.as_json` wrote it.

    Raises
    ------
    InvalidInput
        When something is missing, unknown or of the wrong kind.
    """
    try:
        setting: dict[str, Any] = dict(document["setting"])
        different = sorted(set(setting) ^ {field.name for field in fields(Setting)})
        if different:
            # A missing one had another value then than its default has now, as like as not.
            raise InvalidInput(f"unknown or missing circumstances of a run: {', '.join(different)}")
        start = date.fromisoformat(setting.pop("start"))
        return Task(
            Setting(start=start, **setting),
            Contender(document["contender"]),
            str(document["policy"]),
            str(document["extract"]),
            str(document["extract_digest"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"is no run of an evaluation ({error})") from None


def tasks(like: Task, contenders: Iterable[Contender], seeds: Iterable[int]) -> list[Task]:
    """Every contender with every seed, seed by seed, so that a broken-off evaluation has whole comparisons."""
    chosen = list(contenders)
    return [replace(like.with_setting(seed=seed), contender=contender) for seed in seeds for contender in chosen]


def distinct(wanted: Iterable[Task]) -> list[Task]:
    """Without those that are the same run as an earlier one."""
    found: dict[str, Task] = {}
    for task in wanted:
        found.setdefault(task.key, task)
    return list(found.values())
