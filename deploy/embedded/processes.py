"""Processes of this machine, told apart by their command lines (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal that a process gets when its parent dies."""


def runs(pid: int, marker: str) -> bool:
    """Whether the process lives and its command line holds ``marker``.

    A number that another program got since, and a zombie, which has no command line, do not count.
    """
    try:
        return marker in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False


def end(pid: int, marker: str, signals: Sequence[signal.Signals], *, pause_s: float = 5.0) -> None:
    """Send a process one signal after the other until it has ended, with a pause between them."""
    for number in signals:
        if not runs(pid, marker):
            return
        os.kill(pid, number)
        until = time.monotonic() + pause_s
        while runs(pid, marker) and time.monotonic() < until:
            time.sleep(0.02)


def dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What a new process does before it becomes the server: ask for a signal at the death of this process.

    It has to be asked for after privileges are dropped, as dropping them forgets it; ``preexec_fn`` comes after.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        for ignored in (signal.SIGINT, signal.SIGHUP):
            # What this process ignores, a new one would ignore too until it sets its own handlers.
            signal.signal(ignored, signal.SIG_DFL)
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask
