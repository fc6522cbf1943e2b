"""The guard of an embedded server: starts it, starts it again when it dies, stops it when nobody uses it any more.

A process of its own (``python -m deploy.embedded.guard postgres FOLDER PORT``), so that the server outlives the process
that wanted it first and never outlives all of them. Users hold a shared lock on ``users.lock``; the kernel drops it
when they end, also by ``kill -9``. If the guard itself is killed, the kernel stops the server.

It says ``ready`` on standard output once the server accepts connections, or else why it does not, and goes on in the
background.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.embedded.files import Lock, write_whole
from deploy.embedded.processes import dies_with_parent
from deploy.embedded.program import Launch, Program
from domain.errors import HalfvolError, Unavailable

logger = logging.getLogger("guard")

USERS = "users.lock"
GUARD = "guard.lock"
ADDRESS = "address.json"
READY = "ready"

LOOK_EVERY_S = 0.1
STARTS_IN_A_ROW = 30
"""How often it is tried where the reason passes by itself: a killed PostgreSQL may leave processes that need some
seconds to notice, and until then a new one refuses to start."""
PAUSE_S = 1.0

STOP_WITHIN_S = 30.0
LARGE_LOG_BYTES = 10_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Become the guard of a folder, in the background; nothing is done where it has one."""
    parser = argparse.ArgumentParser(prog="deploy.embedded.guard", description=__doc__)
    parser.add_argument("program", choices=["postgres", "nats"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int, help="0: the one used before, or any that is free")
    arguments = parser.parse_args(argv)
    if os.fork():
        return 0
    os.setsid()
    os.chdir("/")
    try:
        with Lock(arguments.folder / GUARD) as lock:
            if _try_for(lock, seconds=1):
                _guard(_program(arguments.program, arguments.folder, arguments.port), arguments.folder)
    except HalfvolError as error:
        print(error, flush=True)
        return error.exit_code
    return 0


def _program(name: str, folder: Path, port: int) -> Program:
    if name == "postgres":
        from deploy.embedded.postgres import PostgresProgram  # noqa: PLC0415  (only the server that is asked for)

        return PostgresProgram(folder, port)
    from deploy.embedded.nats import NatsProgram  # noqa: PLC0415

    return NatsProgram(folder, port)


def _guard(program: Program, folder: Path) -> None:
    (folder / ADDRESS).unlink(missing_ok=True)
    if program.log.exists() and program.log.stat().st_size > LARGE_LOG_BYTES:
        program.log.replace(program.log.with_suffix(".log.1"))
    logging.basicConfig(filename=program.log, level="INFO", format="%(asctime)s guard: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    with Lock(folder / USERS) as users:
        try:
            _keep_running(program, folder, users.try_alone)
        finally:
            # Whoever comes now waits for the lock on the users, which is still held, until the server has stopped.
            (folder / ADDRESS).unlink(missing_ok=True)
            program.clean_up()


def _keep_running(program: Program, folder: Path, nobody_is_left: Callable[[], bool]) -> None:
    """Run the server until nobody is left, again and again if it dies."""
    failures = 0
    told = False
    while True:
        launch = program.prepare()
        started = time.monotonic()
        address: Lock | None = None
        with program.log.open("ab") as log:
            server = subprocess.Popen(
                launch.command,
                cwd=launch.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(launch.death_signal),  # noqa: PLW1509  (this process has one thread)
                **launch.arguments,
            )
        try:
            while server.poll() is None:
                if address is None and program.is_ready(server.pid):
                    address = _publish(folder, program, server.pid)
                    failures = 0
                    told = told or _tell_ready(program.log)
                if nobody_is_left():
                    logger.info("nobody uses the server any more")
                    return
                time.sleep(LOOK_EVERY_S if address else LOOK_EVERY_S / 5)
        finally:
            _stop(server, launch)
            if address:
                address.close()
        logger.info("the server ended with %s after %.1f s", server.returncode, time.monotonic() - started)
        if address is None:
            failures += 1
            said = _last_line(program.log)
            if failures >= STARTS_IN_A_ROW or not any(part in said for part in program.passing):
                raise Unavailable(f"it does not start: {said}", remedy=f"see {program.log}")
        if time.monotonic() - started < PAUSE_S:
            time.sleep(PAUSE_S)


def _publish(folder: Path, program: Program, pid: int) -> Lock:
    """Write where the server is, in a file that is locked as long as it is true."""
    path = folder / ADDRESS
    part = folder / f".{ADDRESS}"
    write_whole(part, json.dumps({"url": program.url(), "server_pid": pid, "guard_pid": os.getpid()}))
    lock = Lock(part)
    lock.try_alone()
    part.replace(path)
    return lock


def _tell_ready(log: Path) -> bool:
    """Say so to who started us; from then on everything goes to the log."""
    with suppress(BrokenPipeError):
        print(READY, flush=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    return True


def _stop(server: subprocess.Popen[Any], launch: Launch) -> None:
    for number in (*launch.stop_signals, signal.SIGKILL):
        until = time.monotonic() + STOP_WITHIN_S
        while server.poll() is None and time.monotonic() < until:
            # Again and again, as a server that has just begun may not listen to it yet.
            server.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                server.wait(1)
        if server.poll() is not None:
            return
        logger.info("the server did not stop after %s", number.name)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip() and "guard:" not in line]
    telling = [line for line in lines if "FATAL" in line or "[FTL]" in line or "nats-server:" in line]
    return (telling or lines or ["it says nothing"])[-1].rpartition("FATAL:")[2].strip()


def _try_for(lock: Lock, seconds: float) -> bool:
    """Take the lock alone; others only look at it for a moment, unless they are a guard."""
    until = time.monotonic() + seconds
    while not lock.try_alone():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
