"""Carry out the planning jobs that the pages asked for, one after the other, until stopped, and beside them the runs of
evaluations (halfvol evaluate --jobs); at night, let go of what is older than the retention settings say.

Any number of workers may run, on any machine that reaches the database."""

from __future__ import annotations

import argparse

from deploy.commands.retention import limits
from deploy.services import database_url
from deploy.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options beyond the settings."""


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Work until Ctrl-C or SIGTERM."""
    from api.jobs import run_worker  # noqa: PLC0415  (the solvers take a second to import: not for --help)
    from deploy.evaluate.queue import EvaluationQueue  # noqa: PLC0415

    with database_url(settings) as url:
        run_worker(url, limits=limits(settings), roads_url=settings.roads_url, others=[EvaluationQueue()])
