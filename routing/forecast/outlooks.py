"""What the readings are worth and what they foretell, for all containers of a town at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.geography import Position
from routing.forecast.calendar import DAY_S, Hours, WasteClock, hours
from routing.forecast.calibration import Calibration
from routing.forecast.distribution import NODES_H, Forecast, as_forecasts
from routing.forecast.fractions import FRACTIONS, USUAL_RATES
from routing.forecast.growth import Sums
from routing.forecast.history import FillHistory, table_of
from routing.forecast.lot import LONGEST_DAYS, judged_lot
from routing.forecast.origin import EMPTIED_LEVEL, EMPTIED_LEVEL_SD, SINGLE_SD, Origin, neighbour_rates, origins
from routing.forecast.state import Learned
from routing.forecast.town import common, factors
from routing.forecast.waste_since import WasteSince
from routing.trust.battery import Battery
from routing.trust.corrections import Corrections
from routing.trust.emptyings import Reconciled
from routing.trust.health import Finding
from routing.trust.judge import judge

_NOTHING = FillHistory()

AT_ONCE = 500
"""So many containers are judged at once: 90 days of hourly readings take about 200 MB."""
WORKERS = 2
SAMPLE = 400
"""The town's hours are learned from so many containers, evenly over all."""


ROUND_S = 12 * 3600.0
"""So long after it began a round has come by everywhere."""
SCHEDULED_SD = 0.1
"""Standard deviation of the level after an emptying that nobody reported; an assumption, not measured: a container may
have been passed over, and the hour of the day is not known."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the town is: its time zone, and whose public holidays it keeps (ISO 3166; None: none)."""

    time_zone: tzinfo = UTC
    country: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What forecasts were made from: where each container stood, the clock of waste, what past forecasts taught, when
    (epoch seconds)."""

    origin: Origin
    clock: WasteClock
    calibration: Calibration
    at_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A town at one moment.

    Parameters
    ----------
    ids
        int64 (C,): the containers; everything else is in their order.
    health, trust
        What is wrong with each one's sensor, and the probability that its next reading is within ten points of the
        truth (NaN: it has none).
    sources, heard_s
        Which sensor the newest message came from (-1: none) and when, epoch seconds.
    emptyings
        Seen and reported ones laid side by side; their ``row`` is the place in ``ids``.
    corrections
        Readings that are worth another quality or level than their message told; their ``rows`` are places in ``ids``.
    forecasts
        By id.
    learned
        What to keep until the next night.
    basis
        What the forecasts were made from.
    waste
        What has been thrown in since the moments that were asked about; None: none were.
    """

    ids: NDArray[np.int64]
    health: list[Finding]
    trust: NDArray[np.float64]
    sources: NDArray[np.int32]
    heard_s: NDArray[np.float64]
    emptyings: list[Reconciled]
    corrections: Corrections
    forecasts: dict[int, Forecast]
    learned: Learned
    basis: Basis
    waste: WasteSince | None = None


def outlook(
    histories: Mapping[int, FillHistory],
    *,
    fractions: Mapping[int, Fraction],
    at_s: float,
    place: Place | None = None,
    positions: Mapping[int, Position] | None = None,
    learned: Learned | None = None,
    calibration: Calibration | None = None,
    since_s: Mapping[int, float] | None = None,
    batteries: Mapping[int, Battery] | None = None,
    corrections_from_s: float = np.inf,
    rounds_s: Mapping[int, float] | None = None,
) -> Outlook:
    """Judge and forecast the containers in ``fractions``; one without a history gets what its neighbours tell.

    Parameters
    ----------
    place
        For weekdays, hours and holidays; default: UTC without holidays.
    positions
        Of the containers, for those that have to be forecast from their neighbours.
    learned
        What earlier nights learned; the histories then need to reach back ``state.CONTEXT_DAYS`` before its end only.
        Default: nothing, and the histories are all there is.
    calibration
        What past forecasts taught; default: that of ``learned``, or nothing.
    since_s
        By id, moments since when to add up the waste that was seen coming in (epoch seconds).
    batteries
        Of the sensors, by the numbers that the histories' ``sources`` give them.
    corrections_from_s
        Since when readings are told that are worth something else than their message said; default: none are.
    rounds_s
        By id, when a round of the fixed schedule last came by (epoch seconds); a container of which nothing has been
        heard since is taken to have been emptied then.
    """
    place = place or Place()
    ids = list(fractions)
    numbers = np.array(ids, dtype=np.int64)
    known = [histories.get(each, _NOTHING) for each in ids]
    groups = np.array([FRACTIONS.index(fractions[each]) for each in ids], dtype=np.int64)
    # Containers that have been silent, or would last have been emptied long ago, reach further back than readings do.
    further = learned is not None or since_s is not None
    first_s = -np.inf if further else min((_first_s(each) for each in known), default=at_s)
    calendar = hours(
        max(min(first_s, at_s), at_s - LONGEST_DAYS * DAY_S) - DAY_S,
        at_s + (NODES_H[-1] / 24 + 2) * DAY_S,
        time_zone=place.time_zone,
        country=place.country,
    )
    by_hour = _hours_of(known, groups, calendar, at_s=at_s) if learned is None else learned.factors
    clock = WasteClock.of(calendar, by_hour)
    before = Sums.nothing(len(ids), -np.inf) if learned is None else learned.sums_of(numbers)
    asked = None if since_s is None else np.array([since_s.get(each, np.nan) for each in ids])
    pieces = [slice(begin, begin + AT_ONCE) for begin in range(0, len(ids), AT_ONCE)] or [slice(0, 0)]
    # numpy lets other threads work while it does, so two processors are used without copying the readings.
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(
            pool.map(
                lambda piece: judged_lot(
                    known[piece],
                    groups[piece],
                    clock,
                    before.taken(piece),
                    at_s=at_s,
                    batteries=batteries or {},
                    corrections_from_s=corrections_from_s,
                    since_s=None if asked is None else asked[piece],
                ),
                pieces,
            )
        )
    sums, kept = Sums.joined([part.sums for part in parts]), Sums.joined([part.kept for part in parts])
    town = common(sums, groups, USUAL_RATES)
    prior = None
    if positions is not None:
        prior = neighbour_rates(sums, town, groups, metres([positions.get(each) for each in ids]))
    origin = Origin.joined(
        [
            origins(
                part.newest,
                sums.taken(piece),
                town,
                clock,
                groups[piece],
                at_s=at_s,
                prior_rates=None if prior is None else prior[piece],
            )
            for part, piece in zip(parts, pieces, strict=True)
        ]
    )
    if learned is not None:
        origin = _with_earlier(origin, learned, numbers)
    if rounds_s:
        origin = _as_scheduled(origin, np.array([rounds_s.get(each, np.nan) for each in ids]), at_s=at_s)
    taught = calibration or (Calibration.none() if learned is None else learned.calibration)
    found = as_forecasts(origin, clock, taught, at_s=at_s)
    keep = Learned(
        learned_s=at_s if learned is None else learned.learned_s,
        ids=numbers,
        factors=by_hour,
        sums=kept,
        calibration=taught,
        last_s=origin.last_s,
        last_level=origin.last_level,
        emptied_s=origin.emptied_s,
    )
    return Outlook(
        ids=numbers,
        health=[finding for part in parts for finding in part.health],
        trust=np.concatenate([part.trust for part in parts]),
        sources=np.concatenate([part.sources for part in parts]),
        heard_s=np.concatenate([part.heard_s for part in parts]),
        emptyings=[
            replace(each, row=each.row + piece.start)
            for part, piece in zip(parts, pieces, strict=True)
            for each in part.emptyings
        ],
        corrections=Corrections.joined([part.corrections for part in parts], [piece.start for piece in pieces]),
        forecasts=dict(zip(ids, found, strict=True)),
        learned=keep,
        basis=Basis(origin, clock, taught, at_s),
        waste=None if asked is None else WasteSince.joined([part.waste for part in parts if part.waste is not None]),
    )


def _with_earlier(origin: Origin, learned: Learned, ids: NDArray[np.int64]) -> Origin:
    """With what was known of containers that have been silent for longer than the histories reach back."""
    known, there = learned.place_of(ids)
    last_s, last_level, emptied_s = (np.full(len(ids), np.nan) for _ in range(3))
    last_s[known], last_level[known] = learned.last_s[there], learned.last_level[there]
    emptied_s[known] = learned.emptied_s[there]
    silent = ~np.isfinite(origin.last_s)
    untold = silent & ~np.isfinite(origin.emptied_s)
    read = untold & np.isfinite(last_s) & ~(emptied_s > last_s)
    emptied = untold & ~read & np.isfinite(emptied_s)
    return replace(
        origin,
        origin_s=np.where(read, last_s, np.where(emptied, emptied_s, origin.origin_s)),
        level=np.where(read, last_level, np.where(emptied, EMPTIED_LEVEL, origin.level)),
        level_sd=np.where(read, SINGLE_SD / 2, np.where(emptied, EMPTIED_LEVEL_SD, origin.level_sd)),
        last_s=np.where(silent, last_s, origin.last_s),
        last_level=np.where(silent, last_level, origin.last_level),
        emptied_s=np.where(np.isfinite(origin.emptied_s), origin.emptied_s, emptied_s),
    )


def _as_scheduled(origin: Origin, rounds_s: NDArray[np.float64], *, at_s: float) -> Origin:
    """With the containers of which nothing has been heard since the last round as that left them.

    Where drivers have reported an emptying since the last reading they report, and a round that they did not report was
    none.
    """
    unheard = ~np.isfinite(origin.last_s) & ~np.isfinite(origin.emptied_s)
    silent = (origin.last_s < rounds_s) & ~(origin.emptied_s > origin.last_s)
    chosen = (unheard | silent) & (rounds_s <= at_s - ROUND_S)
    return replace(
        origin,
        origin_s=np.where(chosen, rounds_s, origin.origin_s),
        level=np.where(chosen, EMPTIED_LEVEL, origin.level),
        level_sd=np.where(chosen, SCHEDULED_SD, origin.level_sd),
        innovation=np.where(chosen, 0.0, origin.innovation),
        since_emptied=np.where(chosen, 0.0, origin.since_emptied),
        wrong=np.where(chosen, 0.0, origin.wrong),
    )


def _hours_of(
    known: Sequence[FillHistory], groups: NDArray[np.int64], calendar: Hours, *, at_s: float
) -> NDArray[np.float64]:
    chosen = np.unique(np.linspace(0, len(known) - 1, min(SAMPLE, len(known))).astype(np.int64))
    judged = judge(table_of([known[c] for c in chosen.tolist()]).between(-np.inf, at_s))
    return factors(judged, calendar, groups[chosen], number=len(FRACTIONS))


def _first_s(history: FillHistory) -> float:
    return min(
        (float(times_s[0]) for times_s in (history.times_s, np.sort(history.emptied_s)) if len(times_s)), default=np.inf
    )


def metres(positions: Sequence[Position | None]) -> NDArray[np.float64]:
    """Positions on a plane around their middle, (n, 2) metres; NaN where there is none."""
    degrees = np.array([(np.nan, np.nan) if each is None else (each.lon, each.lat) for each in positions])
    if not len(degrees) or np.isnan(degrees).all():
        return np.full((len(positions), 2), np.nan)
    lat = np.radians(np.nanmean(degrees[:, 1]))
    return degrees * np.array([111_320.0 * np.cos(lat), 110_574.0])
