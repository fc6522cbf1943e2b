"""What the demo remembers between two runs, so that the second continues the first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class DemoState:
    """The world of the demo and how far its messages have been sent.

    ``begins_at``: when the simulated town's history begins. ``sent_until``: every message sent before this moment
    of the simulated world has been acknowledged by the broker. ``settled``: whether ingest had stored all of them
    when the run ended; if not, the broker may take its redelivery time to hand over what a killed ingest held.
    """

    seed: int
    containers: int
    begins_at: datetime
    sent_until: datetime
    messages_sent: int = 0
    settled: bool = True

    def sent(self, until: datetime, messages: int) -> DemoState:
        """The state after ``messages`` more have been acknowledged, up to ``until``."""
        return replace(self, sent_until=until, messages_sent=self.messages_sent + messages, settled=False)


def load_or_begin(path: Path, *, seed: int, containers: int, days: int, now: datetime) -> DemoState:
    """The state of the earlier run, or a new world whose history begins ``days`` before now.

    Raises
    ------
    InvalidInput
        When the earlier world was another one (seed, containers), or its file cannot be read.
    """
    if not path.exists():
        begins_at = (now - timedelta(days=days)).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return DemoState(seed=seed, containers=containers, begins_at=begins_at, sent_until=begins_at)
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name in ("begins_at", "sent_until"):
            values[name] = datetime.fromisoformat(values[name])
        state = DemoState(**values)
    except (OSError, ValueError, TypeError, KeyError):
        what = "the demo's state cannot be read"
        raise InvalidInput(what, where=str(path), remedy="remove the folder to begin anew") from None
    if (state.seed, state.containers) != (seed, containers):
        earlier = f"seed {state.seed} and {state.containers} containers"
        what = f"this folder holds a town of {earlier}, not of seed {seed} and {containers} containers"
        raise InvalidInput(what, where=str(path.parent), remedy="continue that one, or choose another HALFVOL_DATA_DIR")
    return state


def save(path: Path, state: DemoState) -> None:
    """Write the state so that a crash leaves either the old or the new one."""
    values = asdict(state) | {"begins_at": state.begins_at.isoformat(), "sent_until": state.sent_until.isoformat()}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
