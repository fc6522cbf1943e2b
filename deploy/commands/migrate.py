"""Bring the database to the newest schema. Running it again changes nothing.

On TimescaleDB the observations become a hypertable, compressed when they are old, with continuous aggregates; plain
PostgreSQL has the same tables and views without. What an edition of TimescaleDB has not is named and left out."""

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
    refused: list[str] = []
    applied = migrate(settings.database_url, on_refused=refused.append)
    done = "nothing left out can be applied now" if refused else "nothing to do: the schema is the newest"
    print("\n".join(f"applied {name}" for name in applied) or done)
    for sentence in refused:
        print(sentence)
