"""What the guard has to know of a server to run it."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from domain.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started. ``arguments`` are further ones of ``subprocess.Popen``."""

    command: tuple[str, ...]
    cwd: Path
    death_signal: signal.Signals
    """What the server gets when the guard dies."""
    stop_signals: tuple[signal.Signals, ...]
    """What it gets to stop, each if the one before did not help."""
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


class Program(Protocol):
    """One server in one folder."""

    log: Path
    passing: tuple[str, ...]
    """Parts of what the server says when it does not start for a reason that passes by itself."""

    def prepare(self) -> Launch:
        """Make everything ready for a start, after whatever happened before; called before each start."""
        ...

    def is_ready(self, pid: int) -> bool:
        """Whether the server that was started, with this process number, accepts connections."""
        ...

    def url(self) -> str:
        """Where its clients find it."""
        ...

    def clean_up(self) -> None:
        """Remove what lies outside the folder, after the server has stopped."""
        ...


def installed_file(distribution: str, name: str) -> Path:
    """A file of an installed distribution, by the end of its path.

    Raises
    ------
    Unavailable
        When the distribution, or the file in it, is missing.
    """
    try:
        files = metadata.distribution(distribution).files or []
        return next(Path(str(file.locate())).resolve() for file in files if file.as_posix().endswith(name))
    except (metadata.PackageNotFoundError, StopIteration):
        remedy = "install it with: make setup"
        raise Unavailable(f"the Python package {distribution} with {name} is missing", remedy=remedy) from None
