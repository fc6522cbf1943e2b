"""What a torture run kills and freezes, and who starts it again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from deploy.embedded.guard import ADDRESS
from deploy.embedded.processes import dies_with_parent

PAUSE_S = 0.1
STOP_WITHIN_S = 20.0


class Victim(Protocol):
    """A process that comes back when it is killed."""

    name: str

    @property
    def pid(self) -> int | None:
        """Its process number, or None while it is not running."""
        ...


class GuardedServer:
    """An embedded server; its guard starts it again."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._address = folder / ADDRESS

    @property
    def pid(self) -> int | None:
        """The server's own process, not the guard's."""
        try:
            pid = int(json.loads(self._address.read_text())["server_pid"])
        except (OSError, ValueError):
            return None
        return pid if _is_alive(pid) else None


class Restarted:
    """A command that is started again at once whenever it ends, until :meth:`stop`.

    Parameters
    ----------
    lives_with_us
        Let the kernel end it when this process dies; for programs that cannot see to it themselves.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        lives_with_us: bool = False,
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self.log = log
        self._before: Callable[[], None] | None = dies_with_parent(signal.SIGKILL) if lives_with_us else None
        self._process: subprocess.Popen[Any] | None = None
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name=f"keep {name}", daemon=True)

    def start(self) -> None:
        """Start it, and keep it running."""
        self._keeper.start()

    def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_WITHIN_S)
            process.kill()
        self._keeper.join(STOP_WITHIN_S)

    @property
    def pid(self) -> int | None:
        """Its process number, or None while it is not running."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _keep(self) -> None:
        while not self._stopping.is_set():
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=self._before,  # noqa: PLW1509  (one system call, nothing else)
                )
            self._process.wait()
            self._stopping.wait(PAUSE_S)


def environment_of_ingest(
    *, database_url: str, mqtt_url: str, client_id: str, municipality_code: str
) -> Mapping[str, str]:
    """The settings of one ingest process, which takes the native topics of one municipality."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("HALFVOL_")}
    return others | {
        "HALFVOL_DATABASE_URL": database_url,
        "HALFVOL_MQTT_URL": mqtt_url,
        "HALFVOL_MQTT_CLIENT_ID": client_id,
        "HALFVOL_MQTT_TOPICS": f"halfvol/v1/{municipality_code}/devices/+/up",
    }


def kill(victim: Victim) -> bool:
    """End a victim with SIGKILL; False when it was not running."""
    pid = victim.pid
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def freeze(victim: Victim, seconds: float, wait: Callable[[float], object]) -> bool:
    """Stop a victim and its child processes for a while, then let them go on; False when it was not running."""
    pid = victim.pid
    if pid is None:
        return False
    family = [pid, *_children(pid)]
    try:
        _signal_all(family, signal.SIGSTOP)
        wait(seconds)
    finally:
        _signal_all(family, signal.SIGCONT)
    return True


def _signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found.extend(int(each) for each in task.read_text().split())
    return found


def _is_alive(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
