"""The course of ``halfvol evaluate``: what is missing is simulated and kept, then everything is told."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deploy.evaluate.as_json import as_json
from deploy.evaluate.asked import question, wanted
from deploy.evaluate.code import code_digest
from deploy.evaluate.errors import RunFailed
from deploy.evaluate.estimate import Estimates
from deploy.evaluate.evaluation import Evaluation, evaluation
from deploy.evaluate.local_runs import Failure, run_tasks, told
from deploy.evaluate.progress import Watch, duration
from deploy.evaluate.results_file import Result, ResultsFile
from deploy.evaluate.shared_runs import share_tasks
from deploy.evaluate.simulate import Simulate, simulate
from deploy.evaluate.table import console, show
from deploy.evaluate.task import Task, tasks
from deploy.evaluate.wording import Wording
from deploy.files import write_text
from deploy.services import open_database
from deploy.settings import Settings
from domain.errors import InvalidInput, NotFound
from storage.database import Database

KINDS = (".pdf", ".png", ".html")


def evaluate(arguments: argparse.Namespace, settings: Settings, carry_out: Simulate = simulate) -> None:
    """Answer what the options ask.

    Raises
    ------
    InvalidInput
        When an option makes no sense.
    RunFailed
        When a run that was to be compared came to nothing; what the others show is told before.
    NotFound
        With ``--no-runs``, when no kept run belongs to the question.
    """
    asked = question(arguments)
    _check_places(arguments)
    file = ResultsFile(arguments.results or settings.data_dir / "evaluations.jsonl")
    needed = wanted(asked)
    keys = {task.key for task in needed}
    kept = [result for result in file.read() if arguments.no_runs or result.code == code_digest()]
    done = {result.task.key for result in kept} & keys
    missing = [] if arguments.no_runs else [task for task in needed if task.key not in done]
    failures: Sequence[Failure] = ()
    if missing:
        new: list[Result] = []
        runs = _Runs(file, new, Watch(missing, Estimates(kept)), len(done))
        if arguments.jobs:
            with open_database(settings) as database:
                failures = runs.shared(database, missing)
        else:
            failures = runs.here(missing, arguments.cores, Estimates(kept), carry_out)
        kept.extend(new)
    found = evaluation(asked, [result for result in kept if result.task.key in keys], failures)
    if not found.comparisons:
        if failures:
            raise RunFailed(failures[0].problem, where=told(failures[0].task))
        raise NotFound("holds no run of these towns and circumstances", where=str(file.path), remedy="omit --no-runs")
    _tell(arguments, found)
    compared = {task.key for task in tasks(asked.like, asked.contenders, asked.seeds)}
    lost = [each for each in failures if each.task.key in compared]
    if lost:
        raise RunFailed(
            f"{len(lost)} of the compared runs came to nothing: {lost[0].problem}", where=told(lost[0].task)
        )


def _check_places(arguments: argparse.Namespace) -> None:
    if arguments.cores < 1:
        raise InvalidInput(f"{arguments.cores} runs at once are too few", where="--cores", remedy="ask for 1 or more")
    for path in arguments.report:
        if path.suffix.lower() not in KINDS:
            raise InvalidInput(f"{path.name} is none of {', '.join(KINDS)}", where="--report")
    for option, path in (*(("--report", each) for each in arguments.report), ("--json", arguments.json)):
        if path is not None and str(path) != "-" and not path.resolve().parent.is_dir():
            raise InvalidInput(f"there is no folder {path.resolve().parent}", where=option, remedy="make it first")


class _Runs:
    """What is missing, being simulated; every result is kept as it comes."""

    def __init__(self, file: ResultsFile, new: list[Result], watch: Watch, done: int) -> None:
        self._file = file
        self._new = new
        self._watch = watch
        self._done = done

    def here(self, missing: list[Task], cores: int, estimates: Estimates, carry_out: Simulate) -> list[Failure]:
        expected = duration(estimates.all_s(missing, cores=cores))
        self._say(missing, f"about {expected} with {cores} at once")
        with self._saying_when_broken_off("the runs under way are lost, the others are kept"), self._watch as watch:
            return run_tasks(missing, cores=cores, on_result=self._keep, on_progress=watch.go_on, carry_out=carry_out)

    def shared(self, database: Database, missing: list[Task]) -> list[Failure]:
        self._say(missing, "as jobs for halfvol workers")
        with self._saying_when_broken_off("the jobs stay with the workers"), self._watch:
            return share_tasks(database, missing, on_result=self._keep, on_waiting=_ask_for_a_worker)

    def _keep(self, result: Result) -> None:
        self._file.add(result)
        self._new.append(result)
        self._watch.finish(result.task)

    def _say(self, missing: list[Task], how: str) -> None:
        kept = f"; {self._done} are in {self._file.path} already" if self._done else ""
        print(f"{len(missing)} runs to simulate, {how}{kept}. Ctrl-C breaks off.", file=sys.stderr)

    @contextmanager
    def _saying_when_broken_off(self, then: str) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            print(f"broken off: {then}. The same command goes on there ({self._file.path}).", file=sys.stderr)
            raise


def _ask_for_a_worker() -> None:
    print("Nobody carries the jobs out: start halfvol worker, on any host with this database.", file=sys.stderr)


def _tell(arguments: argparse.Namespace, found: Evaluation) -> None:
    words = Wording(arguments.language)
    if str(arguments.json) != "-":
        show(console(), words, found)
    if arguments.json is not None:
        text = json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n"
        if str(arguments.json) == "-":
            print(text, end="")
        else:
            write_text(arguments.json, text)
    made = words(
        "page.made",
        version=version("halfvol"),
        code=", ".join(found.codes),
        date=datetime.now(UTC).date().isoformat(),
        command=shlex.join(["halfvol", *sys.argv[1:]]),
    )
    for path in arguments.report:
        _write_report(path, words, found, made)


def _write_report(path: Path, words: Wording, found: Evaluation, made: str) -> None:
    from deploy.evaluate.page import page  # noqa: PLC0415  (matplotlib takes a second)
    from deploy.evaluate.web_page import web_page  # noqa: PLC0415

    if path.suffix.lower() == ".html":
        write_text(path, web_page(words, found, made))
        return
    content = page(words, found, made, "png" if path.suffix.lower() == ".png" else "pdf")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"cannot be written ({error.strerror})", where=str(path)) from None
