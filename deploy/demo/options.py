"""What the demo was asked for, and the servers that its parts share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from deploy.processes import Child


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the user asked for; see ``halfvol demo --help``."""

    once: bool
    json: bool
    days: int
    containers: int
    seed: int
    extract: Path | None

    @property
    def town_arguments(self) -> list[str]:
        """The same town on the command line of ``halfvol simulate``."""
        arguments = ["--seed", str(self.seed), "--containers", str(self.containers)]
        return [*arguments, "--extract", str(self.extract)] if self.extract else arguments


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the demo's database and broker listen, and the folder of its state and of its processes' logs."""

    database_url: str
    mqtt_url: str
    data_dir: Path

    @property
    def state_file(self) -> Path:
        """Where the demo remembers how far it came."""
        return self.data_dir / "demo.json"

    def child(self, *arguments: str, on_restart: Callable[[str], None]) -> Child:
        """A ``halfvol`` command that works with these servers."""
        return Child(
            arguments,
            environment={"HALFVOL_DATABASE_URL": self.database_url, "HALFVOL_MQTT_URL": self.mqtt_url},
            log=self.data_dir / "logs" / f"{arguments[0]}.log",
            on_restart=on_restart,
        )


def say_restart(console: Console) -> Callable[[str], None]:
    """Tell the user when a part had to be started again."""

    def say(name: str) -> None:
        console.print(f"[yellow]{name} ended unexpectedly and is started again; nothing is lost[/yellow]")

    return say
