"""What the municipality wants of its collection: show the policy, check a file, set it, look back, and undo.

The file is TOML with an explanation of every setting, see docs/policy.md. Every version is kept with who set it, when
and why. A policy counts from the next plan that is made."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path

from deploy.files import read_bytes
from deploy.services import municipality, open_database
from deploy.settings import Settings
from domain.containers import Municipality
from domain.errors import InvalidInput
from storage import policies
from storage.database import Connection
from storage.policies import StoredPolicy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    showing = actions.add_parser("show", help="print the policy that counts, or an earlier version")
    showing.add_argument("--version", type=int, metavar="N", help="default: the newest")
    showing.add_argument("--usual", action="store_true", help="print the usual policy instead: a file to begin with")
    showing.add_argument("--language", choices=["en", "nl"], default="en", help="of the usual policy's explanations")
    checking = actions.add_parser("check", help="say everything that is wrong with a policy, and change nothing")
    checking.add_argument("file", type=Path, nargs="?", metavar="FILE", help="default: the policy that counts")
    setting = actions.add_parser("set", help="let a file be the policy")
    setting.add_argument("file", type=Path, metavar="FILE")
    setting.add_argument(
        "--replaces", type=int, metavar="N", help="refuse if the policy is no longer version N, the one you looked at"
    )
    listing = actions.add_parser("history", help="every version: when, who and why")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    restoring = actions.add_parser("restore", help="return to an earlier version")
    restoring.add_argument("version", type=int, metavar="N", help="as halfvol policy history shows it")
    for changing in (setting, restoring):
        changing.add_argument("--note", default="", help="why, for those who look back")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Show, check, set, look back or restore."""
    if arguments.action == "show" and arguments.usual:
        print(_usual(arguments.language), end="")
        return
    with open_database(settings) as database:
        owner = municipality(database, settings)
        with database.transaction() as connection:
            told = _ACTIONS[arguments.action](connection, owner, arguments)
    # Only after the commit, so that nobody is told of what is not stored.
    print(told, end="" if told.endswith("\n") else "\n")


def _show(connection: Connection, owner: Municipality, arguments: argparse.Namespace) -> str:
    if arguments.version is not None:
        return policies.get_version(connection, municipality_id=owner.id, version=arguments.version).text
    stored = policies.get(connection, owner.id)
    which = "the usual policy: none was ever set" if stored is None else _line(stored)
    print(which, file=sys.stderr)
    return _usual(arguments.language) if stored is None else stored.text


def _check(connection: Connection, owner: Municipality, arguments: argparse.Namespace) -> str:
    if arguments.file is not None:
        _require_followed(connection, owner, _read(arguments.file), str(arguments.file))
        return f"{arguments.file} can be the policy of {owner.name}"
    stored = policies.get(connection, owner.id)
    if stored is None:
        return f"{owner.name} never set a policy: the usual one counts"
    _require_followed(connection, owner, stored.text, f"version {stored.version} of the policy")
    return f"version {stored.version} of the policy of {owner.name} can be followed"


def _set(connection: Connection, owner: Municipality, arguments: argparse.Namespace) -> str:
    text = _read(arguments.file)
    _require_followed(connection, owner, text, str(arguments.file))
    return _put(connection, owner, text, note=arguments.note, replaces=arguments.replaces)


def _restore(connection: Connection, owner: Municipality, arguments: argparse.Namespace) -> str:
    number = arguments.version
    text = policies.get_version(connection, municipality_id=owner.id, version=number).text
    _require_followed(connection, owner, text, f"version {number} of the policy")
    return _put(connection, owner, text, note=arguments.note or f"version {number} again")


def _history(connection: Connection, owner: Municipality, arguments: argparse.Namespace) -> str:
    versions = policies.history(connection, owner.id)
    if arguments.json:
        return json.dumps(
            [
                {
                    "version": each.version,
                    "saved_at": each.saved_at.isoformat(),
                    "saved_by": each.saved_by,
                    "note": each.note,
                }
                for each in versions
            ],
            indent=2,
        )
    return "\n".join(map(_line, versions)) or f"{owner.name} never set a policy: the usual one counts"


_ACTIONS = {"show": _show, "check": _check, "set": _set, "restore": _restore, "history": _history}


def _put(connection: Connection, owner: Municipality, text: str, *, note: str, replaces: int | None = None) -> str:
    newest = policies.get(connection, owner.id)
    seen = replaces if replaces is not None else 0 if newest is None else newest.version
    stored = policies.put(connection, municipality_id=owner.id, replaces=seen, text=text, note=note, saved_by=_who())
    return f"version {stored.version} is the policy of {owner.name}, from the next plan on"


def _require_followed(connection: Connection, owner: Municipality, text: str, where: str) -> None:
    from api.policy_check import check_policy  # noqa: PLC0415  (takes a second to import: not for show and history)

    check_policy(connection, owner, text, where=where)


def _usual(language: str) -> str:
    from routing.decide.policy import Policy  # noqa: PLC0415  (as above)
    from routing.decide.policy_file import write_policy  # noqa: PLC0415

    return write_policy(Policy(), language=language)


def _read(file: Path) -> str:
    try:
        return read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start})"
        raise InvalidInput(what, where=str(file), remedy="save it as plain text in UTF-8") from None


def _line(stored: StoredPolicy) -> str:
    words = f"version {stored.version}  {stored.saved_at:%Y-%m-%d %H:%M} UTC"
    return "  ".join(each for each in (words, stored.saved_by, stored.note) if each)


def _who() -> str:
    """The user of this machine; nobody where it has no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
