"""What can go wrong with the database, in sentences; the driver's errors are translated here and nowhere else."""

from __future__ import annotations

import psycopg
import psycopg_pool
from psycopg import errors

from domain.errors import HalfvolError, InvalidInput, Unavailable


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, or broke off what it was doing; trying again may help."""


class Conflict(HalfvolError):
    """What was asked contradicts what is stored: a name that is taken, an id with other content."""

    exit_code = 3


class SchemaMissing(HalfvolError):
    """The database lacks tables that this version of Halfvol needs."""


def translated(error: Exception, where: str) -> HalfvolError | None:
    """The error that a user may see for an error of the driver, or None where it is a fault of the program.

    Parameters
    ----------
    error
        What psycopg or its pool raised.
    where
        The database's address without its password.
    """
    translation: HalfvolError | None = None
    match error:
        case psycopg_pool.PoolTimeout() | psycopg_pool.TooManyRequests():
            translation = DatabaseUnavailable(
                "no connection in time: the database is down, or all connections are in use", where=where
            )
        case errors.UniqueViolation() | errors.ExclusionViolation():
            translation = Conflict(_detail(error), where=error.diag.table_name)
        case errors.ForeignKeyViolation() | errors.CheckViolation() | errors.NotNullViolation():
            translation = InvalidInput(_detail(error), where=error.diag.table_name)
        case errors.UndefinedTable() | errors.UndefinedColumn():
            what = f"the database has not the tables that this version needs ({error.diag.message_primary})"
            translation = SchemaMissing(what, where=where, remedy="bring it up to date with: halfvol migrate")
        case psycopg.OperationalError():
            what = f"the database broke off: {_sentence(error.diag.message_primary or str(error))}"
            translation = DatabaseUnavailable(what, where=where, remedy="trying again may help")
        case _:
            pass
    return translation


def refused_connection(error: psycopg.OperationalError, where: str) -> DatabaseUnavailable:
    """Why a connection could not be made: wrong address, server down, wrong password, database missing.

    libpq gives no code for these, only the server's sentence; it never holds the password.
    """
    text = str(error)
    if "password authentication failed" in text or "no password supplied" in text:
        return DatabaseUnavailable("the database refuses the user or the password", where=where, remedy=_CHECK_URL)
    if "does not exist" in text and "database" in text:
        return DatabaseUnavailable(
            "the server runs, but has no database of that name", where=where, remedy=f"create it, or {_CHECK_URL}"
        )
    if "translate host name" in text or "resolve host" in text:
        return DatabaseUnavailable("the database's host name is not known", where=where, remedy=_CHECK_URL)
    if "Connection refused" in text or "No such file or directory" in text:
        return DatabaseUnavailable("no database server listens there", where=where, remedy=f"start it, or {_CHECK_URL}")
    return DatabaseUnavailable(f"cannot connect to the database ({_sentence(text)})", where=where, remedy=_CHECK_URL)


_CHECK_URL = "check HALFVOL_DATABASE_URL"


def _sentence(text: str) -> str:
    """The last line of the server's words: the earlier ones name every address that libpq tried."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else "no reason given"
    return last.rpartition("FATAL:")[2].strip().rstrip(".")


def _detail(error: psycopg.Error) -> str:
    """Which values are wrong, where the server says so: 'Key (code)=(glass-7) already exists'."""
    detail = error.diag.message_detail
    if detail and not detail.startswith("Failing row"):
        return _sentence(detail)
    return _sentence(error.diag.message_primary or str(error))
