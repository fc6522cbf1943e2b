"""The databases that one suite runs on: plain PostgreSQL, TimescaleDB in WebAssembly, and a native one where given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from storage.database import Database
from storage.migrate import migrate
from tests.servers.folders import open_folder
from tests.timescale.server import timescale

NATIVE_URL = os.environ.get("HALFVOL_TEST_TIMESCALE_URL", "")
"""An administrator's address at a TimescaleDB server; each run makes a database of its own there and drops it."""

KINDS = ("plain", "wasm", *(["native"] if NATIVE_URL else []))


@contextmanager
def native_database() -> Iterator[str]:
    name = f"halfvol_test_{uuid4().hex}"
    with psycopg.connect(NATIVE_URL, autocommit=True) as administrator:
        administrator.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield NATIVE_URL.rpartition("/")[0] + f"/{name}"
        finally:
            administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def with_extension(url: str) -> Iterator[str]:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    migrate(url)
    yield url


@pytest.fixture(scope="session")
def wasm_url() -> Iterator[str]:
    with open_folder() as folder, timescale(folder) as server, with_extension(server) as url:
        yield url


@pytest.fixture(scope="session")
def native_url() -> Iterator[str]:
    with native_database() as database, with_extension(database) as url:
        yield url


@pytest.fixture(params=KINDS)
def either_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind; that on TimescaleDB serves all tests of the run."""
    fixture = {"plain": "postgres_url", "wasm": "wasm_url", "native": "native_url"}[request.param]
    return request.getfixturevalue(fixture)


@pytest.fixture
def either(either_url: str) -> Iterator[Database]:
    with Database(either_url, prepare_threshold=None) as opened:
        yield opened
