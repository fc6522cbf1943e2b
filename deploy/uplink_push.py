"""Where the API's door for uplinks meets ingest: the one way of reading and storing, behind ``POST /v1/uplinks``."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from api.errors import Forbidden
from ingest import sources
from ingest.inbox import Delivery
from ingest.sources import http_push
from ingest.sources.device_id import device_id as named
from ingest.writer import Writer
from storage.database import Database
from storage.observations import Stored


class UplinkPush:
    """An ``api.routers.uplinks.AcceptUplink``: stores one uplink after the other, as ingest does with those of MQTT."""

    def __init__(self, database: Database) -> None:
        self._writer = Writer(database)
        self._lock = threading.Lock()

    def __call__(
        self, body: bytes, *, municipality_code: str, device_id: str | None, key_device_id: str | None
    ) -> Stored:
        """Store one uplink; what became of it, after the commit.

        Raises
        ------
        ingest.errors.Unreadable
            When its envelope cannot be read; nothing of it is kept, as its sender hears of it.
        Forbidden
            When it is of another device than the one that the key speaks for.
        Unavailable
            When the database cannot store it now.
        """
        received_at = datetime.now(UTC)
        topic = http_push.topic_of(body, municipality_code=municipality_code, device_id=device_id)
        uplink = sources.parse(topic, body, received_at)
        if key_device_id is not None and uplink.device_id != named(key_device_id):
            raise Forbidden(f"this key speaks for device {key_device_id}, not for {uplink.device_id}")
        # Its registry of devices serves one thread at a time.
        with self._lock:
            return self._writer.write([Delivery(topic, body, received_at, 0, 0)])
