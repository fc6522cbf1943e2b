"""Print every setting with its present value, its default and its meaning."""

from __future__ import annotations

import argparse
import os

from deploy.reference import as_markdown
from deploy.settings import SETTINGS, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--markdown", action="store_true", help="as the page docs/reference.md, without values")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Print the table; the password of an address is left out."""
    if arguments.markdown:
        print(as_markdown(), end="")
        return
    for setting in SETTINGS:
        value = os.environ.get(setting.variable, "")
        shown = f"{_without_password(value)}" if value else f"{setting.default or '(empty)'}  (default)"
        print(f"{setting.variable} = {shown}\n    {setting.meaning}\n")


def _without_password(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    credentials, at, host = rest.rpartition("@")
    if not (separator and at):
        return value
    return f"{scheme}://{credentials.partition(':')[0]}:***@{host}"
