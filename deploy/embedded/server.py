"""A server that Halfvol carries with it, as its users see it: there while at least one of them is."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import ClassVar
from urllib.parse import urlsplit

import deploy
from deploy.embedded import ports
from deploy.embedded.files import Lock, is_held, is_shared
from deploy.embedded.guard import ADDRESS, GUARD, READY, USERS
from domain.errors import HalfvolError, InvalidInput, Unavailable

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
STOP_WITHIN_S = 60.0


class _FolderRemoved(Unavailable):
    """Processes of one folder find each other by its files: without them a new server would be another one."""


class EmbeddedServer:
    """A server in a folder, shared by all processes that name the same folder.

    Whoever comes first starts it through a guard (:mod:`deploy.embedded.guard`); it stops when the last has gone,
    however that one ended. If guard or server are killed meanwhile, they are started again at the same address.

    Parameters
    ----------
    data_dir
        The folder; it is made when it is missing.
    port
        The port of 127.0.0.1 to listen on; 0 takes the one used before, or any that is free.
    """

    program: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, data_dir: Path, *, port: int = 0) -> None:
        self.folder = Path(data_dir).absolute()
        self._port = port
        self._users: Lock | None = None
        self._leaving = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self) -> str:
        """Be a user of the server, started if it is not running; its address, once it accepts connections.

        Raises
        ------
        Unavailable
            When it cannot be started (a taken port, a missing package); the sentence says why.
        InvalidInput
            When the folder cannot be used, or the server runs on another port than the one asked for.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            remedy = "choose another folder with HALFVOL_DATA_DIR"
            raise InvalidInput(
                f"cannot make the folder ({error.strerror})", where=str(self.folder), remedy=remedy
            ) from error
        self._users = Lock(self.folder / USERS)
        try:
            self._users.share()
            url = self._ensure()
        except BaseException:
            self.stop()
            raise
        self._leaving.clear()
        self._watch = threading.Thread(target=self._keep, args=[url], name=f"keep {self.program}", daemon=True)
        self._watch.start()
        return url

    def stop(self) -> None:
        """Use it no more; if nobody else does, wait until the server has stopped."""
        self._leaving.set()
        if self._watch:
            self._watch.join()
            self._watch = None
        if self._users:
            self._users.close()
            self._users = None
        until = time.monotonic() + STOP_WITHIN_S
        while is_held(self.folder / GUARD) and not is_shared(self.folder / USERS) and time.monotonic() < until:
            time.sleep(0.02)

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _ensure(self) -> str:
        while True:
            if self._users and not self._users.is_there():
                raise _FolderRemoved(
                    f"the folder of the {self.title} was removed while it was in use",
                    where=str(self.folder),
                    remedy="start this process again",
                )
            url = self._published()
            if url:
                if self._port and not url.endswith(f":{self._port}"):
                    raise InvalidInput(f"the {self.title} of {self.folder} is running already, at {url}")
                return url
            if not is_held(self.folder / GUARD):
                self._start_guard()
            time.sleep(0.02)

    def _published(self) -> str | None:
        path = self.folder / ADDRESS
        try:
            text = path.read_text()
        except FileNotFoundError:
            return None
        url: str = json.loads(text)["url"]
        # A guard that was killed a moment ago may not have let go of the file yet.
        return url if is_held(path) and ports.answers(urlsplit(url).port or 0) else None

    def _start_guard(self) -> None:
        packages = str(Path(deploy.__file__).parents[1])
        path = os.pathsep.join(filter(None, [packages, os.environ.get("PYTHONPATH")]))
        guard = subprocess.run(
            [sys.executable, "-P", "-m", "deploy.embedded.guard", self.program, str(self.folder), str(self._port)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = guard.stdout.strip()
        if said and said != READY:
            raise Unavailable(f"cannot start the {self.title}: {said.splitlines()[-1]}")

    def _keep(self, url: str) -> None:
        """Start guard and server again when the guard was killed."""
        while not self._leaving.wait(LOOK_EVERY_S):
            if is_held(self.folder / GUARD):
                continue
            logger.warning("the %s was killed; starting it again", self.title)
            try:
                again = self._ensure()
            except _FolderRemoved as error:
                logger.error("%s", error)  # noqa: TRY400  (the sentence says it all)
                return
            except HalfvolError as error:
                logger.warning("%s", error)
            else:
                if again != url:
                    logger.error("the %s is at another port now; start this process again", self.title)
