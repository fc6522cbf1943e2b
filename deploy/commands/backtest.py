"""Tell how good the forecasts would have been on readings of your own, beside simpler and other models, on the same
rows. docs/backtest.md describes the files and the figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from api.planning.country import country_of
from deploy.backtest import rivals
from deploy.backtest.readings_file import COLUMNS, ReadFile, Reading, read_files
from deploy.backtest.report import compare, halfvol_quantiles, told
from deploy.settings import Settings
from domain.containers import ContainerGeometry, Fraction
from domain.errors import InvalidInput
from routing.backtest.rolling import roll
from routing.backtest.rows import WARM_UP_DAYS, Setting
from routing.forecast.fractions import FRACTIONS, USUAL_RATES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--readings", type=Path, required=True, metavar="FILE", help="CSV: container, time, fill level")
    parser.add_argument("--emptyings", type=Path, metavar="FILE", help="CSV of reported emptyings: container, time")
    parser.add_argument(
        "--column", action="append", default=[], metavar="WHAT=NAME", help=f"the file's name of {', '.join(COLUMNS)}"
    )
    parser.add_argument("--delimiter", help="between columns; default: found out")
    parser.add_argument("--time-zone", default="UTC", metavar="ZONE", help="of times without an offset, and the town's")
    parser.add_argument("--time-format", metavar="FORMAT", help="such as %%d-%%m-%%Y; default: RFC 3339 or seconds")
    parser.add_argument("--country", metavar="CODE", help="whose public holidays; default: the time zone's")
    parser.add_argument("--full", type=float, default=1.0, metavar="VALUE", help="fill level that means full: 1, 100")
    parser.add_argument("--distance-unit", type=float, default=1.0, metavar="M", help="metres of one unit: 0.01 for cm")
    parser.add_argument("--empty-distance", type=float, metavar="M", help="distance of the empty container, metres")
    parser.add_argument("--full-distance", type=float, metavar="M", help="distance of the full container, metres")
    parser.add_argument("--fraction", choices=list(Fraction), default="residual", help="of containers without one")
    parser.add_argument("--every", type=float, default=24.0, metavar="HOURS", help="from one origin to the next")
    parser.add_argument("--warm-up", type=float, default=WARM_UP_DAYS, metavar="DAYS", help="before the first origin")
    parser.add_argument("--all-targets", action="store_true", help="count outcomes that look like faults as well")
    parser.add_argument(
        "--models",
        default="halfvol,persistence,line",
        metavar="LIST",
        help="of halfvol, persistence, line, boosted, statsforecast; default: %(default)s",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Read, forecast, compare and print."""
    models = [name.strip() for name in arguments.models.split(",")]
    unknown = sorted(set(models) - {"halfvol", "persistence", "line", "boosted", "statsforecast"})
    if unknown:
        raise InvalidInput(f"there is no model {', '.join(unknown)}", where="--models")
    rivals.require(models)
    zone = _zone(arguments.time_zone)
    file = read_files(arguments.readings, arguments.emptyings, _reading(arguments, zone))
    fractions = [file.fractions.get(name, Fraction(arguments.fraction)) for name in file.names]
    setting = Setting(
        time_zone=zone,
        country=arguments.country or country_of(arguments.time_zone),
        groups=np.array([FRACTIONS.index(fraction) for fraction in fractions], dtype=np.int64),
        usual_rates=USUAL_RATES,
        every_h=arguments.every,
        targets_good=not arguments.all_targets,
        warm_up_days=arguments.warm_up,
    )
    _say(_described(file))
    rows, _, _ = roll(file.readings, setting, on_progress=_bar("halfvol"))
    made = {
        "halfvol": lambda: halfvol_quantiles(rows),
        "persistence": lambda: rivals.persistence(rows),
        "line": lambda: rivals.straight_line(rows),
        "boosted": lambda: rivals.boosted(rows, on_progress=_bar("boosted")),
        "statsforecast": lambda: rivals.best_of_statsforecast(rows, file.readings, on_progress=_bar("statsforecast")),
    }
    result = compare(rows, {name: made[name]() for name in models})
    print(json.dumps(result.as_json(), indent=2) if arguments.json else told(result))


def _reading(arguments: argparse.Namespace, zone: ZoneInfo) -> Reading:
    columns: dict[str, str] = {}
    for text in arguments.column:
        what, _, name = text.partition("=")
        if what not in COLUMNS or not name:
            raise InvalidInput(
                f"{text!r} names no column", where="--column", remedy=f"write one of {', '.join(COLUMNS)}, =, its name"
            )
        columns[what] = name
    geometry = None
    if (arguments.empty_distance is None) != (arguments.full_distance is None):
        raise InvalidInput("needs its other half", where="--empty-distance and --full-distance")
    if arguments.empty_distance is not None:
        geometry = ContainerGeometry(arguments.empty_distance, arguments.full_distance)
    if not arguments.full > 0:
        raise InvalidInput(f"{arguments.full} cannot mean full", where="--full", remedy="give 1, 100 or the like")
    return Reading(
        time_zone=zone,
        columns=columns,
        delimiter=arguments.delimiter,
        time_format=arguments.time_format,
        full=arguments.full,
        distance_unit_m=arguments.distance_unit,
        geometry=geometry,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(
            f"there is no time zone {name!r}", where="--time-zone", remedy='use a name such as "Europe/Amsterdam"'
        ) from None


def _described(file: ReadFile) -> str:
    times_s = file.readings.times_s
    days = (times_s.max() - times_s.min()) / 86_400 if len(times_s) else 0.0
    return (
        f"{len(times_s):,} readings of {len(file.names):,} containers over {days:.0f} days,"
        f" {len(file.readings.sightings_s):,} reported emptyings"
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr)


class _bar:  # noqa: N801 - used as a function
    """Tells each tenth on standard error."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tenth = 0

    def __call__(self, share: float) -> None:
        if int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            _say(f"{self._name}: {10 * self._tenth} %")
