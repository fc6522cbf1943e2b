"""Every setting of Halfvol: one table of ``HALFVOL_*`` environment variables, read once at the start of a command."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from api.roads.setting import check_roads_url
from domain.errors import InvalidInput

LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run, as values. ``SETTINGS`` says what each means and what its default is.

    ``database_url`` and ``mqtt_url`` are None where the embedded server is to be used.
    """

    database_url: str | None
    mqtt_url: str | None
    data_dir: Path
    municipality: str | None
    http_host: str
    http_port: int
    mqtt_client_id: str
    mqtt_topics: tuple[str, ...]
    health_port: int | None
    ingest_batch: int
    plan_time_limit_s: float
    roads_url: str
    profiles_dir: Path | None
    log_level: str
    rejection_retention_days: int
    unclaimed_retention_days: int
    uplink_retention_days: int


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name without ``HALFVOL_``, its default as written, what it does, how to read it."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], object]

    @property
    def variable(self) -> str:
        """The full name of the environment variable."""
        return f"HALFVOL_{self.name}"


def _optional(text: str) -> str | None:
    return text or None


def _optional_path(text: str) -> Path | None:
    return Path(text) if text else None


def _database_url(text: str) -> str | None:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return text or None


def _mqtt_url(text: str) -> str | None:
    if text and not text.startswith(("mqtt://", "mqtts://")):
        raise ValueError("must look like mqtt://user:password@host:1883, or mqtts:// with TLS")
    return text or None


def _port(text: str) -> int:
    port = _whole_number(text)
    if not 0 <= port <= 65535:
        raise ValueError("must be a port from 1 to 65535, or 0 for any free one")
    return port


def _topics(text: str) -> tuple[str, ...]:
    topics = tuple(part.strip() for part in text.split(",") if part.strip())
    for topic in topics:
        levels = topic.split("/")
        if any(("+" in level or "#" in level) and len(level) > 1 for level in levels) or "#" in levels[:-1]:
            raise ValueError(f"{topic} is no topic filter: + and # stand alone between slashes, # only at the end")
    return topics


def _optional_port(text: str) -> int | None:
    return _port(text) if text else None


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("must be a whole number") from None


def _batch(text: str) -> int:
    batch = _whole_number(text)
    if not 1 <= batch <= 100_000:
        raise ValueError("must be from 1 to 100000")
    return batch


def _days(text: str) -> int:
    days = _whole_number(text)
    if not 1 <= days <= 36_500:
        raise ValueError("must be from 1 to 36500 days")
    return days


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("must be a number of seconds") from None
    if not 0 < seconds <= 3600:
        raise ValueError("must be above 0 and at most 3600 seconds")
    return seconds


def _log_level(text: str) -> str:
    if text not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL",
        "",
        "PostgreSQL or TimescaleDB, as postgresql://user:password@host:5432/name. Empty: an embedded PostgreSQL in"
        " HALFVOL_DATA_DIR, started when needed and stopped when nobody uses it.",
        _database_url,
    ),
    Setting(
        "MQTT_URL",
        "",
        "The broker, as mqtt://user:password@host:1883 (mqtts:// for TLS; ?version=5 for MQTT 5, 3 for 3.1.1, the"
        " default). Empty: an embedded NATS server that keeps every message on disk in HALFVOL_DATA_DIR.",
        _mqtt_url,
    ),
    Setting("DATA_DIR", ".halfvol", "Folder of the embedded servers and of the demo's state.", Path),
    Setting(
        "MUNICIPALITY",
        "",
        "Code of the municipality that a command works for. Empty: the only one that the database holds.",
        _optional,
    ),
    Setting(
        "HTTP_HOST",
        "127.0.0.1",
        "Address that the API and the pages listen on. There is no sign-in yet: leave it local, or put a proxy that"
        " asks for one in front.",
        str,
    ),
    Setting("HTTP_PORT", "8080", "Port of the API and the pages; 0 takes any free one and prints it.", _port),
    Setting(
        "MQTT_CLIENT_ID",
        "halfvol-ingest",
        "MQTT client id of ingest. The broker keeps undelivered messages under it: keep it the same over restarts, and"
        " give no two running processes the same one.",
        str,
    ),
    Setting(
        "MQTT_TOPICS",
        "",
        "Topic filters that this ingest process subscribes to, separated by commas, such as"
        " halfvol/v1/utrecht/devices/+/up. Several processes share the work by topics and client ids of their own."
        " Empty: every source's topics.",
        _topics,
    ),
    Setting(
        "HEALTH_PORT",
        "",
        "Port of 127.0.0.1 on which ingest tells how it is, as JSON at /health: what it waits for, its lag, its last"
        " commit. 0 takes any free one and prints it; empty: none.",
        _optional_port,
    ),
    Setting(
        "INGEST_BATCH",
        "2000",
        "Most messages that ingest commits at once; larger is faster, and means more to send again after a crash.",
        _batch,
    ),
    Setting(
        "PLAN_TIME_LIMIT_S",
        "5",
        "Seconds that the solver may search for better routes; longer gives shorter routes.",
        _seconds,
    ),
    Setting(
        "ROADS_URL",
        "",
        "Where planning gets times and metres from: osrm+http://host:5000, valhalla+http://host:8002 (or https), or"
        " straight-lines, which are estimates and only a last resort. Empty: the streets of halfvol roads import.",
        check_roads_url,
    ),
    Setting(
        "PROFILES_DIR",
        "",
        "Folder with sensor profiles of your own, TOML files and the vendors' codecs that they name (docs/sensors.md).",
        _optional_path,
    ),
    Setting(
        "REJECTION_RETENTION_DAYS",
        "90",
        "Days after which messages that could not be read are forgotten; the worker sees to it each night.",
        _days,
    ),
    Setting("UNCLAIMED_RETENTION_DAYS", "30", "The same for messages of devices that nobody claimed.", _days),
    Setting(
        "UPLINK_RETENTION_DAYS",
        "730",
        "The same for the ledger of uplinks, which tells what was lost. Observations are kept as long as their"
        " municipality wants: halfvol retention set.",
        _days,
    ),
    Setting("LOG_LEVEL", "info", f"What is logged to standard error: {', '.join(LOG_LEVELS)}.", _log_level),
)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings; an unset or empty variable takes its default.

    Raises
    ------
    InvalidInput
        Naming every variable that cannot be read, and every ``HALFVOL_*`` variable that does not exist.
    """
    known = {setting.variable: setting for setting in SETTINGS}
    complaints = [
        f"{name} is not a setting (see: halfvol settings)"
        for name in sorted(environment)
        if name.startswith("HALFVOL_") and name not in known and not name.startswith("HALFVOL_TEST_")
    ]
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = environment.get(setting.variable, "").strip() or setting.default
        try:
            values[setting.name.lower()] = setting.parse(text)
        except ValueError as error:
            complaints.append(f'{setting.variable} is "{text}", but {error}')
    if complaints:
        raise InvalidInput("; ".join(complaints))
    return Settings(**values)  # pyright: ignore[reportArgumentType]


def configure_logging(level: str) -> None:
    """Send log lines to standard error, with time and level, one line each."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"
    )
    for noisy in ("httpx", "yoyo", "procrastinate", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It tells of each attempt in vain; who uses the pool says it once.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
