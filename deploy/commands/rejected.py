"""List the messages that could not be read, look into one, and read them again after a fix.

What can be read then is stored and is no rejection any more; the rest stays, with the reason of today."""

from __future__ import annotations

import argparse
import json
from datetime import UTC

from deploy.moments import at, moment_or_date
from deploy.services import open_database
from deploy.settings import Settings
from domain.sensors import RejectionReason
from ingest.registry import load
from ingest.retry import NOTHING_RETRIED, retry, sum_of
from storage import rejections
from storage.database import Connection, Database
from storage.rejections import Filter, StoredRejection

MESSAGES_AT_ONCE = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the newest ones, with the count of all by reason")
    listing.add_argument("--limit", type=int, default=50, help="most to list (default 50)")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    showing = actions.add_parser("show", help="one with its whole payload")
    showing.add_argument("number", type=int, help="its number as the list shows it")
    retrying = actions.add_parser("retry", help="read again those that the options choose, or those with these numbers")
    retrying.add_argument("numbers", type=int, nargs="*", metavar="number", help="default: all that the options choose")
    for chooser in (listing, retrying):
        chooser.add_argument("--reason", choices=[reason.value for reason in RejectionReason], help="of this reason")
        chooser.add_argument("--device", help="of this device")
        chooser.add_argument("--from", dest="start", type=moment_or_date, help="received since; date or RFC 3339")
        chooser.add_argument("--to", dest="end", type=moment_or_date, help="received before; date or RFC 3339")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """List, show or retry."""
    with open_database(settings) as database:
        if arguments.action == "retry":
            _retry(database, _numbers(database, arguments))
            return
        with database.transaction() as connection:
            if arguments.action == "show":
                _show(rejections.get(connection, arguments.number))
            else:
                _list(connection, arguments)


def _filter(arguments: argparse.Namespace) -> Filter:
    return Filter(
        reason=None if arguments.reason is None else RejectionReason(arguments.reason),
        device_id=arguments.device,
        start=None if arguments.start is None else at(arguments.start, UTC),
        end=None if arguments.end is None else at(arguments.end, UTC),
    )


def _numbers(database: Database, arguments: argparse.Namespace) -> list[int]:
    with database.transaction() as connection:
        chosen = rejections.numbers(connection, _filter(arguments))
        if not arguments.numbers:
            return chosen
        for number in arguments.numbers:
            rejections.get(connection, number)
        return [number for number in chosen if number in set(arguments.numbers)]


def _retry(database: Database, numbers: list[int]) -> None:
    total = NOTHING_RETRIED
    for first in range(0, len(numbers), MESSAGES_AT_ONCE):
        with database.transaction() as connection:
            total = sum_of(total, retry(connection, numbers[first : first + MESSAGES_AT_ONCE], load(connection)))
    print(
        f"{total.messages} messages read again: {total.inserted} observations stored, {total.resolved} are no"
        f" rejections any more ({total.unclaimed} wait for their device to be claimed),"
        f" {total.messages - total.resolved} still are"
    )


def _list(connection: Connection, arguments: argparse.Namespace) -> None:
    found = rejections.list_recent(connection, limit=arguments.limit, chosen=_filter(arguments))
    if arguments.json:
        print(json.dumps([_as_json(each) for each in found], indent=2))
        return
    counts = rejections.count_by_reason(connection)
    print("all: " + (", ".join(f"{count} {reason.value}" for reason, count in counts.items()) or "none"))
    for each in found:
        rejection = each.rejection
        print(
            f"{each.id}  {rejection.received_at:%Y-%m-%d %H:%M} UTC  {rejection.reason.value}"
            f"  {rejection.device_id or rejection.topic}: {rejection.detail}"
        )


def _show(stored: StoredRejection) -> None:
    print(json.dumps(_as_json(stored), indent=2))


def _as_json(stored: StoredRejection) -> dict[str, object]:
    rejection = stored.rejection
    try:
        payload = {"payload": rejection.payload.decode()}
    except UnicodeDecodeError:
        payload = {"payloadHex": rejection.payload.hex()}
    return {
        "id": stored.id,
        "topic": rejection.topic,
        "deviceId": rejection.device_id,
        "receivedAt": rejection.received_at.isoformat(),
        "reason": rejection.reason.value,
        "detail": rejection.detail,
        **payload,
    }
