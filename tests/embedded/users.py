"""Processes that use an embedded server, and what is left of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.embedded.files import is_held
from deploy.embedded.guard import ADDRESS, GUARD

USE = """
import pathlib, sys
from deploy.embedded.{module} import {name}
with {name}(pathlib.Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
POSTGRES = USE.format(module="postgres", name="EmbeddedPostgres")
NATS = USE.format(module="nats", name="EmbeddedNats")
ROOT = Path(__file__).parents[2]


@contextmanager
def user(program: str, folder: Path, **arguments: Any) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of its own that uses the server until its input ends; the process, and the address it got."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        **arguments,
    )
    with process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def published(folder: Path) -> dict[str, Any]:
    """What the guard says of its server: ``url``, ``server_pid``, ``guard_pid``."""
    return json.loads((folder / ADDRESS).read_text())


def processes_of(folder: Path) -> list[int]:
    """Every process whose command line names the folder, save this one and those that are only being reaped."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_text(errors="replace")
            except OSError:
                continue
            if str(folder) in command:
                found.append(int(entry.name))
    return found


def nothing_runs(folder: Path) -> bool:
    """Whether neither a guard nor a server of the folder is left."""
    return not is_held(folder / GUARD) and not processes_of(folder)


def eventually(condition: Callable[[], bool], *, within_s: float = 20) -> bool:
    """Whether the condition comes true in time."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
