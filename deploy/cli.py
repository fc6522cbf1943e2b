"""The ``halfvol`` command: one module in ``deploy.commands`` per subcommand."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence

from deploy.settings import configure_logging, read_settings
from domain.errors import HalfvolError

COMMANDS: dict[str, str] = {
    "demo": "a simulated town, from sensor to route, on this machine",
    "migrate": "bring the database to the newest schema",
    "ingest": "store what the broker delivers",
    "serve": "the API and the pages",
    "worker": "carry out planning jobs that the pages asked for, and shared runs of evaluations",
    "plan": "plan the routes of a date now",
    "policy": "show, check, set and restore what the municipality wants of its collection",
    "simulate": "send the messages of a simulated town to the broker",
    "decode": "decode one payload of a sensor by hand",
    "sensors": "list the sensor models that Halfvol knows",
    "keys": "make, list and revoke the keys with which uplinks are handed over by HTTP",
    "solve": "solve a routing problem given as JSON",
    "replan": "plan the rest of the day anew while the trucks are out",
    "roads": "import the streets of a municipality from OpenStreetMap",
    "containers": "import containers from GeoJSON",
    "devices": "list devices that nobody claimed, and claim them",
    "chaos": "kill and freeze parts of the chain under load, then account for every message",
    "audit": "did we lose anything of a sensor, and where",
    "backtest": "how good the forecasts would have been on your own readings",
    "report": "what was saved against the fixed schedule, measured on the town's own days",
    "evaluate": "what collecting by need saves, in simulated weeks of whole towns",
    "rejected": "list, show and read again the messages that could not be read",
    "retention": "how long everything is kept, and letting go of what is older",
    "settings": "print every setting with its value and meaning",
}

EXIT_CODES = """\
exit codes: 0 done, 1 failed, 2 wrong call, 3 invalid input or setting, 4 not found,
            5 a service (database, broker, port) is not available, 130 stopped by Ctrl-C"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code; a failure is one sentence on standard error, never a traceback."""
    arguments = build_parser(sys.argv[1:] if argv is None else argv).parse_args(argv)
    try:
        settings = read_settings()
        configure_logging(settings.log_level)
        if settings.profiles_dir is not None:
            from ingest.sensors.profiles import add_folder  # noqa: PLC0415  (not for --help)

            add_folder(settings.profiles_dir)
        signal.signal(signal.SIGTERM, _interrupt)
        return importlib.import_module(f"deploy.commands.{arguments.command}").run(arguments, settings) or 0
    except HalfvolError as error:
        print(f"halfvol: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (halfvol .. | head); nothing is left to be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser; only the module of the subcommand in ``argv`` is imported, so that ``--help`` stays fast."""
    parser = argparse.ArgumentParser(
        prog="halfvol",
        description="Fill levels of waste containers in, collection routes that skip the half-empty ones out.",
        epilog=f"Settings are environment variables HALFVOL_*; see: halfvol settings.\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in argv if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        formatter = argparse.RawDescriptionHelpFormatter
        subparser = subparsers.add_parser(name, help=summary, epilog=EXIT_CODES, formatter_class=formatter)
        if name == chosen:
            module = importlib.import_module(f"deploy.commands.{name}")
            subparser.description = module.__doc__
            module.add_arguments(subparser)
    return parser


def _interrupt(_signal: int, _frame: object) -> None:
    """End on SIGTERM as on Ctrl-C: cleanly, through the same context managers."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
