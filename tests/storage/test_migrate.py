from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest

import storage.migrate
from storage.database import Database
from storage.errors import SchemaMissing
from storage.migrate import migrate
from storage.municipalities import list_all
from tests.servers.postgres import DatabaseServer

NAMES = sorted(path.stem for path in (Path(storage.migrate.__file__).parent / "migrations").glob("*.sql"))


def test_every_migration_is_applied_once(postgres_server: DatabaseServer) -> None:
    with postgres_server.new_database(template="template0") as url:
        assert migrate(url) == (*NAMES, "job queue")
        assert migrate(url) == ()


def test_several_processes_may_migrate_at_once(postgres_server: DatabaseServer) -> None:
    with postgres_server.new_database(template="template0") as url:
        applied: list[tuple[str, ...]] = []
        threads = [threading.Thread(target=lambda: applied.append(migrate(url))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(applied) == [(), (), (), (*NAMES, "job queue")]


def test_a_migration_that_fails_leaves_nothing_and_works_later(postgres_server: DatabaseServer) -> None:
    with postgres_server.new_database(template="template0") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            # In the way of the third migration, which creates a type before it.
            connection.execute("CREATE TABLE latest_observation ()")
            with pytest.raises(psycopg.errors.DuplicateTable):
                migrate(url)
            types = connection.execute("SELECT count(*) FROM pg_type WHERE typname = 'quality'").fetchone()
            assert types == (0,)
            connection.execute("DROP TABLE latest_observation")
        assert migrate(url) == (*NAMES[2:], "job queue")


def test_a_database_without_the_schema_says_how_to_get_it(postgres_server: DatabaseServer) -> None:
    with postgres_server.new_database(template="template0") as url, Database(url) as database:

        def look() -> None:
            with database.transaction() as connection:
                list_all(connection)

        with pytest.raises(SchemaMissing, match="halfvol migrate"):
            look()
