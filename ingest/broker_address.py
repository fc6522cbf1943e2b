"""Where the MQTT broker is: ``mqtt[s]://user:password@host:port?version=3|5``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn, Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from domain.errors import InvalidInput

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
VERSIONS = {"3": 3, "3.1.1": 3, "5": 5}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and how to speak to it. ``version`` is 3 (MQTT 3.1.1) or 5; as text it is the URL without password."""

    host: str
    port: int
    tls: bool
    version: int = 3
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a URL.

        Raises
        ------
        InvalidInput
            When it is none of an MQTT broker; the sentence never holds the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            _refuse("its host or port cannot be read")
        if parts.scheme not in DEFAULT_PORTS:
            _refuse(f"it begins with {parts.scheme!r}" if parts.scheme else "it has no mqtt:// in front")
        if not parts.hostname or not _could_be_a_host(parts.hostname):
            _refuse("it names no host that could exist")
        if port == 0:
            _refuse("no broker listens on port 0")
        if parts.path not in ("", "/") or parts.fragment:
            _refuse("nothing but ?version= may follow the host and port")
        return cls(
            host=parts.hostname,
            port=port or DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            version=_version(parts),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password is not None else None,
        )

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{user}{host}:{self.port}"


def _refuse(why: str) -> NoReturn:
    remedy = "it must look like mqtt://user:password@host:1883, or mqtts:// for TLS, with ?version=5 for MQTT 5"
    raise InvalidInput(f"the address of the MQTT broker cannot be used: {why}", remedy=remedy)


def _could_be_a_host(host: str) -> bool:
    try:
        encoded = host.encode("idna")
    except UnicodeError:
        return False
    return 0 < len(encoded) <= 253 and host.isprintable() and " " not in host


def _version(parts: SplitResult) -> int:
    query = parse_qs(parts.query, keep_blank_values=True)
    asked = query.pop("version", ["3"])
    if query:
        _refuse(f"it asks for {', '.join(sorted(query))}, but only version can be asked for")
    if asked[-1] not in VERSIONS:
        _refuse(f"MQTT version {asked[-1]!r} is not known, only 3 and 5")
    return VERSIONS[asked[-1]]
