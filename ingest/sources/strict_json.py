"""JSON as RFC 8259 has it, and no more: what a device sends is read strictly and refused with a sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NoReturn, TypeGuard

from domain.sensors import RejectionReason
from ingest.errors import Unreadable

JsonObject = Mapping[str, object]

_DATE_LENGTH = len("2026-11-22")
_SHORTEST_TIME = len("2026-11-22T10:00Z")


def malformed(detail: str) -> Unreadable:
    """The rejection of a message that does not read as its source should write it."""
    return Unreadable(RejectionReason.MALFORMED, detail)


def told(value: object) -> str:
    """A short, printable form of a value for a sentence (no control characters, at most 60 characters)."""
    try:
        text = ascii(value)
    except (ValueError, RecursionError):  # an integer of more than 4,300 digits, or lists within lists
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise malformed(f"the key {told(key)} stands twice in one object")
            seen.add(key)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise malformed(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def read_object(payload: bytes) -> dict[str, object]:
    """The JSON object that ``payload`` holds.

    Raises
    ------
    Unreadable
        (malformed) when it is not UTF-8, not JSON, nested too deeply, has a key twice, or is not an object.
    """
    try:
        document = _DECODER.decode(payload.decode())
    except (ValueError, RecursionError) as error:
        raise _refusal(error) from None
    if not isinstance(document, dict):
        raise malformed(f"expected a JSON object, found {told(document)}")
    return document


def split_array(payload: bytes) -> list[bytes]:
    """The values of the JSON array that ``payload`` holds, each in the bytes that it came in.

    Raises
    ------
    Unreadable
        (malformed) as :func:`read_object`, or when it is not an array.
    """
    try:
        return _values_of_array(payload.decode())
    except (ValueError, RecursionError) as error:
        raise _refusal(error) from None


def _values_of_array(text: str) -> list[bytes]:
    start = _behind_space(text, 0)
    if text[start : start + 1] != "[":
        raise malformed("expected a JSON array")
    values: list[bytes] = []
    place = _behind_space(text, start + 1)
    while values or text[place : place + 1] != "]":
        _, end = _DECODER.raw_decode(text, place)
        values.append(text[place:end].encode())
        place = _behind_space(text, end)
        if text[place : place + 1] != ",":
            break
        place = _behind_space(text, place + 1)
    if text[place : place + 1] != "]" or _behind_space(text, place + 1) != len(text):
        raise json.JSONDecodeError("Expecting ',' delimiter or the end", text, place)
    return values


def _behind_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\n\r":
        place += 1
    return place


def _refusal(error: Exception) -> Unreadable:
    """What decoding failed with, as a sentence."""
    match error:
        case UnicodeDecodeError():
            detail = f"not UTF-8: byte {error.start} cannot be read"
        case json.JSONDecodeError():
            detail = f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos}"
        case RecursionError():
            detail = "the JSON is nested too deeply"
        case _:
            detail = "a number in the JSON has too many digits"
    return malformed(detail)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def finite(value: object) -> float | None:
    """A JSON number as a finite float, or None when it is no number or too large for one."""
    if not is_number(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def read_time(value: object, where: str) -> datetime:
    """An RFC 3339 time with its offset, in UTC; digits beyond microseconds are dropped.

    Raises
    ------
    Unreadable
        (malformed) naming ``where`` when it is not one.
    """
    if isinstance(value, str) and len(value) >= _SHORTEST_TIME and value[_DATE_LENGTH] in "Tt ":
        try:
            time = datetime.fromisoformat(value)
            if time.tzinfo is UTC:
                return time
            if time.tzinfo is not None:
                return time.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise malformed(f"{where} is {told(value)}, expected a time with its offset such as 2026-11-22T10:00:00Z")


def read_optional_time(value: object) -> datetime | None:
    """As :func:`read_time`, but None where there is no readable time."""
    if value is None:
        return None
    try:
        return read_time(value, "time")
    except Unreadable:
        return None


def child(document: JsonObject, key: str, where: str = "") -> JsonObject:
    """The object under ``key``.

    Raises
    ------
    Unreadable
        (malformed) when it is missing or no object.
    """
    value = document.get(key)
    if not isinstance(value, dict):
        raise malformed(f"{where}{key} is {'missing' if value is None else told(value)}, expected an object")
    return value


def optional_child(document: JsonObject, key: str) -> JsonObject:
    """The object under ``key``, or an empty one."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def first_of_list(document: JsonObject, key: str) -> JsonObject:
    """The first object of the list under ``key``, or an empty one."""
    value = document.get(key)
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def counter(document: JsonObject, key: str, largest: int, where: str = "") -> int:
    """A whole number 0..``largest`` under ``key``; 0 where it is missing, as protobuf's JSON omits zeros.

    Raises
    ------
    Unreadable
        (malformed) when it is something else.
    """
    value = document.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise malformed(f"{where}{key} is {told(value)}, expected a whole number from 0 to {largest}")
    return value
