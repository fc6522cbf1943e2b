"""Processes of the demo are killed with -9 while it runs; started again, it has lost no acknowledged message."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.system.command import HALFVOL, environment
from tests.system.ledger import ledger

pytestmark = pytest.mark.system

DEMO = ("demo", "--once", "--json", "--containers", "60", "--days", "12")


def start(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*HALFVOL, *DEMO],
        env=environment(data_dir, PLAN_TIME_LIMIT_S="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def messages_acknowledged(data_dir: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        return json.loads((data_dir / "demo.json").read_text())["messages_sent"]
    return 0


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def processes(data_dir: Path, *words: str) -> list[psutil.Process]:
    """Running processes of this demo whose command line holds all the words."""

    def belonging() -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                line = " ".join(process.cmdline())
                ours = str(data_dir) in line or process.environ().get("HALFVOL_DATA_DIR") == str(data_dir)
                if ours and all(word in line for word in words) and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    return list(belonging())


def kill(found: list[psutil.Process]) -> None:
    assert found
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("victim", [("deploy.processes", "ingest"), ("nats-server",), ("bin/postgres",)])
def test_a_part_is_killed_and_the_demo_goes_on(data_dir: Path, victim: tuple[str, ...]) -> None:
    demo = start(data_dir)
    try:
        wait_until(lambda: messages_acknowledged(data_dir) > 500 or demo.poll() is not None, "messages flow")
        kill(processes(data_dir, *victim))
        told, errors = demo.communicate(timeout=120)
    finally:
        demo.kill()
    assert demo.returncode == 0, errors
    assert json.loads(told)["plan_violations"] == 0
    ledger(data_dir).assert_exactly_once()


def test_everything_is_killed_and_the_demo_continues(data_dir: Path) -> None:
    demo = start(data_dir)
    wait_until(lambda: messages_acknowledged(data_dir) > 500 or demo.poll() is not None, "messages flow")
    assert demo.poll() is None
    demo.send_signal(signal.SIGSTOP)  # it must not finish publishing while its processes are looked up
    kill(processes(data_dir))
    demo.communicate(timeout=30)
    acknowledged = messages_acknowledged(data_dir)
    wait_until(lambda: not processes(data_dir), "nothing is left behind")

    again = start(data_dir)
    told, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert json.loads(told)["messages_sent"] >= acknowledged  # equal where a fast disk had taken all before the kill
    ledger(data_dir).assert_exactly_once()
    wait_until(lambda: not processes(data_dir), "nothing is left behind")
