"""The address of an MQTT broker: ``mqtt[s]://user:password@host:port?version=3``."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from domain.errors import InvalidInput

_FORM = "write it as mqtt://user:password@host:1883, or mqtts:// for TLS"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker listens, and who we say we are. The password appears in no text form of this."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    version: int = 3

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def parse_broker_url(url: str) -> Broker:
    """Read a broker's URL; ports default to 1883 and, with TLS, 8883.

    Raises
    ------
    InvalidInput
        When it is no such URL. The sentence does not repeat the URL, because it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput(f"the MQTT broker's URL cannot be read: {error}", remedy=_FORM) from error
    if parts.scheme not in {"mqtt", "mqtts"}:
        raise InvalidInput(f"the MQTT broker's URL begins with {parts.scheme or 'nothing'}://", remedy=_FORM)
    if not parts.hostname:
        raise InvalidInput("the MQTT broker's URL names no host", remedy=_FORM)
    version = parse_qs(parts.query).get("version", ["3"])[-1]
    if version not in {"3", "5"}:
        raise InvalidInput(f"the MQTT broker's URL asks for version {version}", remedy="use version=3 or version=5")
    tls = parts.scheme == "mqtts"
    return Broker(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        tls=tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        version=int(version),
    )
