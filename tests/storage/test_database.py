from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from deploy.embedded import ports
from domain.errors import HalfvolError, InvalidInput
from storage.database import Database, address
from storage.errors import DatabaseUnavailable
from storage.rows import fetch_value
from tests.servers.postgres import DatabaseServer

SECRET = "swordfish"


def sentence(url: str) -> str:
    """The one sentence that opening the address fails with."""
    with pytest.raises(HalfvolError) as failure:
        Database(url)
    assert isinstance(failure.value, DatabaseUnavailable | InvalidInput)
    text = str(failure.value)
    assert SECRET not in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    "url", ["", "not an address", f"mysql://me:{SECRET}@host/name", f"host=localhost password={SECRET}"]
)
def test_something_else_than_an_address(url: str) -> None:
    assert "does not begin with postgresql://" in sentence(url)


@pytest.mark.parametrize("url", [f"postgresql://me:{SECRET}@host/name?colour=blue", "postgresql://%"])
def test_an_address_that_cannot_be_read(url: str) -> None:
    assert "cannot be read" in sentence(url)


def test_a_port_that_is_no_number() -> None:
    assert "me@127.0.0.1:http/name" in sentence(f"postgresql://me:{SECRET}@127.0.0.1:http/name")


def test_nobody_listens(tmp_path_factory: pytest.TempPathFactory) -> None:
    port = ports.choose(tmp_path_factory.mktemp("port") / "port")
    text = sentence(f"postgresql://me:{SECRET}@127.0.0.1:{port}/name")
    assert text == (
        f"me@127.0.0.1:{port}/name: no database server listens there; start it, or check HALFVOL_DATABASE_URL"
    )


def test_an_unknown_host() -> None:
    assert "host name is not known" in sentence(f"postgresql://me:{SECRET}@nowhere.invalid/name")


def test_a_wrong_password(postgres_server: DatabaseServer) -> None:
    right = postgres_server.url.partition("://")[2].partition("@")[0].partition(":")[2]
    text = sentence(postgres_server.url.replace(right, quote(SECRET)))
    assert "refuses the user or the password" in text
    assert right not in text


def test_a_missing_database(postgres_server: DatabaseServer) -> None:
    assert "no database of that name" in sentence(postgres_server.url_of("atlantis"))


def test_the_address_for_people_has_no_password() -> None:
    assert address(f"postgresql://me:{SECRET}@db.example:6543/halfvol") == "me@db.example:6543/halfvol"
    assert address(f"postgresql://me:half{SECRET[:4]}@{SECRET}@db.example/halfvol") == "me@db.example:5432/halfvol"
    assert address("postgres:///halfvol") == "localhost:5432/halfvol"


def test_times_come_back_in_utc(database: Database) -> None:
    with database.transaction() as connection:
        moment = fetch_value(connection, "SELECT '2026-11-02 13:00+01'::timestamptz")
    assert moment == datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert moment.utcoffset().total_seconds() == 0


def test_a_block_that_raises_is_rolled_back(database: Database) -> None:
    def add_and_fail() -> None:
        with database.transaction() as connection:
            connection.execute("UPDATE devices_version SET version = 99")
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        add_and_fail()
    with database.transaction() as connection:
        assert fetch_value(connection, "SELECT version FROM devices_version") == 1


def test_a_lost_connection_is_unavailable_and_the_next_one_works(database: Database) -> None:
    def lose() -> None:
        with database.transaction() as connection:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnavailable, match="broke off"):
        lose()
    with database.transaction() as connection:
        assert fetch_value(connection, "SELECT 1") == 1


def test_a_fault_of_the_program_is_not_dressed_up(database: Database) -> None:
    def mistake() -> None:
        with database.transaction() as connection:
            connection.execute("SELEKT 1")

    with pytest.raises(Exception, match="syntax error") as failure:
        mistake()
    assert not isinstance(failure.value, HalfvolError)
