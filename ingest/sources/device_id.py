"""The one form in which a device is named: its DevEUI in upper case, or the name that it publishes under."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.sources.strict_json import malformed, told

MAXIMUM_LENGTH = 128
_DEV_EUI = re.compile(r"[0-9A-Fa-f]{16}", re.ASCII)


@lru_cache(maxsize=100_000)
def device_id(text: str) -> str:
    """``text`` as a device id.

    Raises
    ------
    Unreadable
        (malformed) when it is empty, too long, or has characters that cannot be shown.
    """
    if _DEV_EUI.fullmatch(text):
        return text.upper()
    if not text or len(text) > MAXIMUM_LENGTH or not text.isprintable():
        raise malformed(f"{told(text)} cannot name a device: 1 to {MAXIMUM_LENGTH} printable characters are needed")
    return text


def dev_eui(value: object, where: str) -> str:
    """A DevEUI as a network server writes it.

    Raises
    ------
    Unreadable
        (malformed) when it is not 16 hex digits.
    """
    if not isinstance(value, str) or not _DEV_EUI.fullmatch(value):
        raise malformed(f"{where} is {told(value)}, expected 16 hex digits")
    return value.upper()


def model_hint(value: object) -> str | None:
    """What the message calls its sensor model, when that can be shown; only for the list of unclaimed devices."""
    return value if isinstance(value, str) and 0 < len(value) <= MAXIMUM_LENGTH and value.isprintable() else None
