"""The reference page of commands and settings, written from the same tables that the program reads."""

from __future__ import annotations

from deploy.settings import SETTINGS


def as_markdown() -> str:
    """The text of ``docs/reference.md``; a test fails when the page is not this."""
    from deploy.cli import COMMANDS, EXIT_CODES  # noqa: PLC0415  (cli imports the commands, which import this)

    lines = [
        "# Commands and settings",
        "",
        "Written by `halfvol settings --markdown`; do not edit by hand.",
        "",
        "## Commands",
        "",
        "Each has `--help`.",
        "",
        "| command | what it does |",
        "|---|---|",
        *(f"| `halfvol {name}` | {summary} |" for name, summary in COMMANDS.items()),
        "",
        "```",
        EXIT_CODES,
        "```",
        "",
        "## Settings",
        "",
        "Environment variables; an empty one counts as not set. An unknown `HALFVOL_*` variable is an error.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
        *(f"| `{s.variable}` | {f'`{s.default}`' if s.default else 'empty'} | {s.meaning} |" for s in SETTINGS),
        "",
    ]
    return "\n".join(lines)
