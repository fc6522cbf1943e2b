"""The account that PostgreSQL runs under, as it refuses to run as root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Account:
    """A user by number and main group. ``drop`` tells whether this process has to become it first."""

    name: str
    uid: int
    gid: int
    drop: bool

    @classmethod
    def for_data(cls, data: Path) -> Account:
        """Ourselves; or, for root, the owner of the data, which is ``nobody`` where there is no data yet."""
        if os.geteuid() != 0:
            return cls(str(os.geteuid()), os.geteuid(), os.getegid(), drop=False)
        owner = data.stat().st_uid if data.exists() else 0
        try:
            entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        except KeyError:
            raise Unavailable(
                "PostgreSQL does not run as root, and this machine has no user it could run as",
                remedy='add a user "nobody", or run as another user than root',
            ) from None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, drop=True)

    def popen_arguments(self) -> dict[str, Any]:
        """The arguments of ``subprocess`` that make a process run under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}

    def own(self, path: Path) -> None:
        """Give the account a file or folder that we have just made."""
        if self.drop:
            os.chown(path, self.uid, self.gid)

    def can_use(self, path: Path) -> bool:
        """Whether the account may pass through all folders on the way to a file or folder, read it and enter it."""
        if not self.drop:
            return os.access(path, os.R_OK | os.X_OK)
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
                os._exit(0 if os.access(path, os.R_OK | os.X_OK) else 1)
            finally:
                os._exit(2)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
