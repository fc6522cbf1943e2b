"""The database and the broker that a command works with: those of the settings, or the embedded ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.settings import Settings
from domain.containers import Municipality
from domain.errors import InvalidInput
from storage import municipalities
from storage.database import Database
from storage.migrate import migrate


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the database; the embedded one is started and brought to the newest schema first.

    A database of the municipality's own is left as it is: only ``halfvol migrate`` changes its schema.
    """
    if settings.database_url:
        yield settings.database_url
        return
    from deploy.embedded.postgres import EmbeddedPostgres  # noqa: PLC0415  (not needed with a database of one's own)

    with EmbeddedPostgres(settings.data_dir / "postgres") as url:
        migrate(url)
        yield url


@contextmanager
def mqtt_url(settings: Settings) -> Iterator[str]:
    """The address of the broker; the embedded one is started first."""
    if settings.mqtt_url:
        yield settings.mqtt_url
        return
    from deploy.embedded.nats import EmbeddedNats  # noqa: PLC0415  (not needed with a broker of one's own)

    with EmbeddedNats(settings.data_dir / "nats") as url:
        yield url


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """A pool of connections to the database of the settings."""
    with database_url(settings) as url, Database(url) as database:
        yield database


def municipality(database: Database, settings: Settings) -> Municipality:
    """The municipality that the settings name, or the only one that there is.

    Raises
    ------
    InvalidInput
        When the database holds none, or several and the settings name none.
    NotFound
        When the one that the settings name does not exist.
    """
    with database.transaction() as connection:
        if settings.municipality:
            return municipalities.get(connection, settings.municipality)
        known = municipalities.list_all(connection)
    if len(known) == 1:
        return known[0]
    if not known:
        raise InvalidInput("the database holds no municipality yet", remedy="start with: halfvol demo")
    codes = ", ".join(each.code for each in known)
    raise InvalidInput(
        f"the database holds several municipalities ({codes})", remedy="choose with HALFVOL_MUNICIPALITY"
    )
