"""What kept messages, rejected or unclaimed, have in common."""

from __future__ import annotations

import hashlib


def digest(topic: str, payload: bytes) -> bytes:
    """SHA-256 of topic and payload; MQTT allows no NUL in a topic, so the two cannot run into each other."""
    return hashlib.sha256(topic.encode("utf-8", "surrogatepass") + b"\0" + payload).digest()


def storable_text(text: str) -> str:
    """The text with what PostgreSQL cannot hold (NUL, half surrogate pairs) replaced by U+FFFD.

    JSON may carry both as escapes; one such message must not make its whole batch fail for ever.
    """
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
