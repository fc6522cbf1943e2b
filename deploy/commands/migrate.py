"""Bring the database to the newest schema. Running it again changes nothing.

On TimescaleDB the observations become a hypertable; plain PostgreSQL has the same tables without."""

from __future__ import annotations

import argparse

from deploy.services import database_url
from deploy.settings import Settings
from storage.migrate import migrate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options beyond the settings."""


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Apply what is missing and name it."""
    if not settings.database_url:
        with database_url(settings):
            print("the embedded database has the newest schema")
        return
    applied = migrate(settings.database_url)
    print("\n".join(f"applied {name}" for name in applied) or "nothing to do: the schema is the newest")
