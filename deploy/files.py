"""Files that a user names on the command line, read with an error that says what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain.errors import InvalidInput


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises
    ------
    InvalidInput
        When it is missing, a folder, or may not be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidInput("there is no such file", where=str(path), remedy="check the path") from None
    except IsADirectoryError:
        raise InvalidInput("is a folder, not a file", where=str(path)) from None
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror})", where=str(path)) from None


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises
    ------
    InvalidInput
        When it cannot be read or is not JSON; the sentence names line and column.
    """
    content = read_bytes(path)
    try:
        return json.loads(content)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"is not UTF-8 text (byte {error.start})", where=str(path)) from None
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"is not valid JSON: {error.msg}", where=where, remedy="mend it there") from None
    except RecursionError:
        raise InvalidInput("is nested too deeply to be read", where=str(path)) from None


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises
    ------
    InvalidInput
        When the place cannot be written to.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot be written ({error.strerror})", where=str(path)) from None
