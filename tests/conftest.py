"""Real servers for the tests: PostgreSQL, the NATS server, mosquitto.

A missing system tool skips a test on a visitor's machine; with ``CI=true`` in the environment it fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.embedded.nats import EmbeddedNats
from storage.database import Database
from tests.servers.folders import open_folder
from tests.servers.mosquitto import mosquitto
from tests.servers.postgres import DatabaseServer, forgetful_postgres

# The same examples in every run that decides whether a change lands; new ones whenever somebody works on it.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty folder that embedded servers can use when root runs the tests, as ``tmp_path`` is closed to others."""
    with open_folder(in_memory=True) as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[DatabaseServer]:
    """One PostgreSQL for the whole run, with a migrated template."""
    with (
        open_folder(in_memory=True) as folder,
        forgetful_postgres(folder) as url,
        closing(DatabaseServer(url)) as server,
    ):
        yield server


@pytest.fixture
def postgres_url(postgres_server: DatabaseServer) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own."""
    with postgres_server.new_database() as url:
        yield url


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """A pool of connections to a migrated, empty database."""
    with Database(postgres_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    """The address of one NATS server for the whole run; take client ids and topics of your own."""
    with open_folder() as folder, EmbeddedNats(folder) as url:
        yield url


@pytest.fixture(scope="session")
def mosquitto_url() -> Iterator[str]:
    """The address of one mosquitto for the whole run; take client ids and topics of your own."""
    with open_folder() as folder, mosquitto(folder) as url:
        yield url
