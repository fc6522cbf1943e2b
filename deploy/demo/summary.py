"""What the demo has to tell at the end: one object for programs, one page for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.plan_summary import PlanSummary, plan_panel


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one run. Counts of messages and observations are those over all runs of this town.

    ``duration_s`` is how long this run took until its plan was ready.
    """

    messages_sent: int
    observations_stored: int
    messages_rejected: int
    messages_unclaimed: int
    plan: PlanSummary
    duration_s: float

    def as_json(self) -> dict[str, Any]:
        """The figures as one flat JSON object."""
        return {
            "messages_sent": self.messages_sent,
            "observations_stored": self.observations_stored,
            "messages_rejected": self.messages_rejected,
            "messages_unclaimed": self.messages_unclaimed,
            **self.plan.as_json(),
            "duration_s": round(self.duration_s, 1),
        }


def print_summary(console: Console, summary: Summary) -> None:
    """Print the page for people."""
    table = Table.grid(padding=(0, 3))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    table.add_row("Messages sent", f"{summary.messages_sent:,}", "over MQTT, through three kinds of network server")
    table.add_row("Readings stored", f"{summary.observations_stored:,}", "observed values, each exactly once")
    table.add_row("Messages rejected", f"{summary.messages_rejected:,}", "kept, each with its reason")
    table.add_row("Messages unclaimed", f"{summary.messages_unclaimed:,}", "kept; their device is not registered yet")
    console.print(table)
    console.print()
    console.print(plan_panel(summary.plan))
    note = (
        "The fixed schedule empties every container that has its round on that day. One day is an example and no proof:"
        " what is skipped today is fuller at its next round, and the schedule's trucks may come back sooner. "
        "'halfvol evaluate' drives weeks of both."
    )
    console.print(Text(note, style="dim"))
