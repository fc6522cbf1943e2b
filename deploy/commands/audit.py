"""Tell whether anything of a sensor was lost, and where: per day what was expected, received, stored and rejected, and
every gap, by frame counters and reporting interval. docs/completeness.md says how it counts."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from deploy.moments import at, moment_or_date
from deploy.services import municipality, open_database
from deploy.settings import Settings
from domain.completeness import Completeness
from domain.containers import Municipality
from ingest.sensors import PROFILES
from storage.audits import audit

DEFAULT_PERIOD = timedelta(days=7)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--sensor", required=True, metavar="DEVICE", help="the device's id, such as its DevEUI")
    parser.add_argument(
        "--from", dest="start", type=moment_or_date, metavar="WHEN", help="date or RFC 3339; default: 7 days before"
    )
    parser.add_argument(
        "--to", dest="end", type=moment_or_date, metavar="WHEN", help="date (not included) or RFC 3339; default: now"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Audit and print."""
    with open_database(settings) as database:
        owner = municipality(database, settings)
        zone = ZoneInfo(owner.time_zone)
        end = datetime.now(UTC) if arguments.end is None else at(arguments.end, zone)
        start = end - DEFAULT_PERIOD if arguments.start is None else at(arguments.start, zone)
        intervals = {model: profile.reporting_interval_s for model, profile in PROFILES.items()}
        with database.transaction() as connection:
            found = audit(
                connection,
                municipality=owner,
                device_id=arguments.sensor,
                start=start,
                end=end,
                reporting_intervals_s=intervals,
            )
    print(json.dumps(as_json(arguments.sensor, found), indent=2) if arguments.json else told(found, owner))


def told(found: Completeness, owner: Municipality) -> str:
    """For people."""
    zone = ZoneInfo(owner.time_zone)
    total = found.total
    every = "unknown" if found.interval_s is None else f"every {found.interval_s / 60:.0f} min"
    lines = ["date        expected  received  stored  rejected  duplicates"]
    lines.extend(
        f"{day.date}  {day.expected:8d}  {day.received:8d}  {day.stored:6d}  {day.rejected:8d}  {day.duplicates:10d}"
        for day in found.days
    )
    lines.append(
        f"{'total':10s}  {total.expected:8d}  {total.received:8d}  {total.stored:6d}  {total.rejected:8d}"
        f"  {total.duplicates:10d}"
    )
    begun = max(0, found.sessions - 1)
    lines.append(f"reports {every}; the frame counter began anew {begun} times; times are of {owner.time_zone}")
    for gap in found.gaps:
        start, end = (f"{when.astimezone(zone):%Y-%m-%d %H:%M}" for when in (gap.start, gap.end))
        lines.append(f"gap {start} to {end}: {gap.missing} missing, by {gap.by.value.replace('_', ' ')}")
    if not found.gaps:
        lines.append("nothing is missing")
    clock = found.clock
    if clock.uplinks_ahead and clock.farthest_ahead_s is not None and clock.last_ahead_s is not None:
        lines.append(
            f"the device's clock is wrong: {clock.uplinks_ahead} uplinks with readings from the future, the last one"
            f" {timedelta(seconds=clock.last_ahead_s)} ahead, the farthest {timedelta(seconds=clock.farthest_ahead_s)}"
        )
    return "\n".join(lines)


def as_json(device_id: str, found: Completeness) -> dict[str, object]:
    """For programs, in the words of the API."""
    return {
        "deviceId": device_id,
        "startAt": found.start.isoformat(),
        "endAt": found.end.isoformat(),
        "reportingIntervalS": found.interval_s,
        "sessions": found.sessions,
        "expected": found.total.expected,
        "received": found.total.received,
        "stored": found.total.stored,
        "rejected": found.total.rejected,
        "duplicates": found.total.duplicates,
        "missing": found.missing,
        "days": [
            {
                "date": day.date.isoformat(),
                "expected": day.expected,
                "received": day.received,
                "stored": day.stored,
                "rejected": day.rejected,
                "duplicates": day.duplicates,
            }
            for day in found.days
        ],
        "gaps": [
            {
                "startAt": gap.start.isoformat(),
                "endAt": gap.end.isoformat(),
                "missing": gap.missing,
                "evidence": gap.by.value,
            }
            for gap in found.gaps
        ],
        "clock": {
            "uplinksAhead": found.clock.uplinks_ahead,
            "farthestAheadS": found.clock.farthest_ahead_s,
            "lastAheadS": found.clock.last_ahead_s,
            "lastAheadAt": None if found.clock.last_ahead_at is None else found.clock.last_ahead_at.isoformat(),
        },
    }
