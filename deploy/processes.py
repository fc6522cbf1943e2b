"""Child processes of the demo: ``halfvol`` commands that are started again when they die, and that end with us."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


class Child:
    """A ``halfvol`` command running beside us, its log in a file, started again with growing pauses when it dies.

    It runs in a session of its own, so that Ctrl-C reaches only us and we can stop everything in order. Lines of JSON
    that it prints are kept: the newest is ``report``.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        on_restart: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self.name = arguments[0]
        self.restarts = 0
        self.report: dict[str, Any] = {}
        self._command = [sys.executable, "-m", "deploy.processes", str(os.getpid()), *arguments]
        self._environment = {**os.environ, **environment}
        self.log = log
        self._on_restart = on_restart
        self._stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keep-{self.name}", daemon=True)

    def start(self) -> None:
        """Start the process and keep it running."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._keeper.start()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Ask the process to end (SIGTERM), and end it if it has not by then."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
        self._keeper.join(timeout_s)

    @property
    def pid(self) -> int | None:
        """The process id, or None while it is not running."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _keep(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            self.restarts += 1
            self._on_restart(self.name)
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _run_once(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        with self._process as process:
            assert process.stdout is not None
            for line in process.stdout:
                with contextlib.suppress(ValueError):
                    report = json.loads(line)
                    if isinstance(report, dict):
                        self.report = report


def end_with_parent(parent: int) -> None:
    """End this process as by SIGTERM soon after its parent has died, however it died."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.25)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


if __name__ == "__main__":
    from deploy.cli import main

    end_with_parent(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
