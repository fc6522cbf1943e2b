"""What the command line asks of an evaluation, checked."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from datetime import date
from pathlib import Path

from deploy.evaluate.evaluation import Question
from deploy.evaluate.grid import Varied, sensitivity_tasks
from deploy.evaluate.simulate import digest, policy
from deploy.evaluate.task import Task, distinct, tasks
from deploy.files import read_bytes
from domain.errors import InvalidInput
from domain.factors import Factors
from simulators.evaluation.outcome import Contender
from simulators.evaluation.setting import Setting

MOST_SEEDS = 1000


def question(arguments: argparse.Namespace) -> Question:
    """The question that the options of ``halfvol evaluate`` ask.

    Raises
    ------
    InvalidInput
        Naming the option that makes no sense.
    """
    chosen = seeds(arguments.seeds)
    varied = _varied(arguments.sensitivity)
    if arguments.sensitivity_seeds < 1:
        raise InvalidInput("needs at least one town", where="--sensitivity-seeds")
    return Question(
        like=_like(arguments, chosen[0]),
        contenders=_contenders(arguments.contenders),
        seeds=chosen,
        varied=varied,
        sensitivity_seeds=chosen[: arguments.sensitivity_seeds] if varied else (),
        factors=Factors(**{field.name: getattr(arguments, field.name) for field in fields(Factors)}),
    )


def wanted(asked: Question) -> list[Task]:
    """All runs that the question needs: those of the comparison first, then those of the curves."""
    return distinct(
        [
            *tasks(asked.like, asked.contenders, asked.seeds),
            *sensitivity_tasks(asked.like, asked.varied, asked.sensitivity_seeds),
        ]
    )


def seeds(text: str) -> tuple[int, ...]:
    """The seeds that ``1-5,8`` names, in that order.

    Raises
    ------
    InvalidInput
        When it names none, too many, or one twice.
    """
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,9})(?:-(\d{1,9}))?\s*", part)
        if match is None:
            raise InvalidInput(f"{part!r} names no seed", where="--seeds", remedy="write 1-5, or 1,3,8")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 0 <= last - first < MOST_SEEDS:
            raise InvalidInput(f"{part.strip()} is no range of up to {MOST_SEEDS} seeds", where="--seeds")
        found.extend(range(first, last + 1))
    if len(set(found)) < len(found):
        raise InvalidInput(f"{text} names a seed twice", where="--seeds")
    return tuple(found)


def _contenders(text: str) -> tuple[Contender, ...]:
    named = {each.strip() for each in text.split(",") if each.strip()}
    unknown = sorted(named - {str(each) for each in Contender})
    if unknown or not named:
        known = ", ".join(Contender)
        raise InvalidInput(
            f"there is no contender {', '.join(unknown) or repr(text)}",
            where="--contenders",
            remedy=f"choose of {known}",
        )
    return tuple(each for each in Contender if each in named)


def _varied(text: str | None) -> tuple[Varied, ...]:
    if text is None:
        return ()
    named = {each.strip() for each in text.split(",") if each.strip()}
    unknown = sorted(named - {str(each) for each in Varied})
    if unknown or not named:
        raise InvalidInput(
            f"{', '.join(unknown) or repr(text)} cannot be varied",
            where="--sensitivity",
            remedy=f"choose of {', '.join(Varied)}",
        )
    return tuple(each for each in Varied if each in named)


def _like(arguments: argparse.Namespace, seed: int) -> Task:
    text = ""
    if arguments.policy is not None:
        content = read_bytes(arguments.policy)
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"is not UTF-8 text (byte {error.start})", where=str(arguments.policy)) from None
        policy(text, str(arguments.policy))
    extract = "" if arguments.extract is None else str(Path(arguments.extract).resolve())
    return Task(
        _setting(arguments, seed),
        Contender.HALFVOL,
        policy=text,
        extract=extract,
        extract_digest=digest(read_bytes(Path(extract))) if extract else "",
    )


def _setting(arguments: argparse.Namespace, seed: int) -> Setting:
    if arguments.extract is not None and arguments.streets_km is not None:
        raise InvalidInput("give one of them", where="--extract and --streets-km")
    least_containers = 4
    if arguments.containers < least_containers:
        raise InvalidInput(
            f"a town of {arguments.containers} containers is too small",
            where="--containers",
            remedy=f"ask for at least {least_containers}",
        )
    # Sums are told per week and weekdays differ: parts of weeks would make runs look alike that are not.
    if arguments.weeks < 1:
        raise InvalidInput(f"{arguments.weeks} weeks are too few", where="--weeks", remedy="ask for at least 1")
    return Setting(
        seed=seed,
        containers=arguments.containers,
        start=_date(arguments.start),
        days=7 * arguments.weeks,
        warm_up_days=arguments.warm_up,
        settling_days=arguments.settling,
        streets_km=arguments.streets_km,
        bad_sensors=_share(arguments.bad_sensors, "--bad-sensors"),
        missing_sensors=_share(arguments.missing_sensors, "--missing-sensors"),
        trucks=arguments.trucks,
        growth_noise=_percent(arguments.forecast_error, "--forecast-error"),
        iterations=arguments.iterations,
    )


def _share(percent: float, option: str) -> float:
    share = _percent(percent, option)
    if share > 1:
        raise InvalidInput(f"{percent:g} is more than all of them", where=option, remedy="give per cent, 0 to 100")
    return share


def _percent(percent: float, option: str) -> float:
    if not 0 <= percent < float("inf"):
        raise InvalidInput(f"{percent:g} makes no sense", where=option, remedy="give per cent, 0 or more")
    return percent / 100


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text!r} is no date", where="--start", remedy="write it as 2026-03-02") from None
