"""The device's bytes as network servers put them into JSON."""

from __future__ import annotations

import binascii

from ingest.sources.strict_json import malformed, told


def read_base64(value: object, where: str) -> bytes:
    """The bytes that ``value`` encodes; empty where it is missing.

    Raises
    ------
    Unreadable
        (malformed) when it is not base64.
    """
    if value is None:
        return b""
    if isinstance(value, str):
        try:
            return binascii.a2b_base64(value, strict_mode=True)
        except ValueError:  # binascii.Error is one, and so is what other than ASCII raises
            pass
    raise malformed(f"{where} is {told(value)}, expected base64")
