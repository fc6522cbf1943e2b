"""The one base of every error that a user of Halfvol may see."""

from __future__ import annotations


class HalfvolError(Exception):
    """A failure told in one clear sentence: what is wrong, where, and what to do about it.

    Parameters
    ----------
    what
        What went wrong, as a clause without a closing full stop: ``"the port 1883 is already in use"``.
    where
        The file, field, address or row that it concerns, if it is not already part of ``what``.
    remedy
        What the reader can do: ``"choose another with HALFVOL_HTTP_PORT"``.
    """

    exit_code = 1
    """Exit code of the ``halfvol`` command when this error ends it; 2 is a wrong call, as argparse has it."""

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.remedy}" if self.remedy else text


class InvalidInput(HalfvolError):
    """Something that a user handed over (a file, a field, a setting) cannot be right."""

    exit_code = 3


class NotFound(HalfvolError):
    """A thing was asked for by a name or number that does not exist."""

    exit_code = 4


class Unavailable(HalfvolError):
    """A service that is needed (database, broker, port) cannot be reached now; trying again may help."""

    exit_code = 5
