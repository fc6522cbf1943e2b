"""Where the API's door for uplinks meets ingest: the one way of reading and storing, behind ``POST /v1/uplinks``."""

from __future__ import annotations

from datetime import UTC, datetime

from api.errors import Forbidden
from ingest import sources
from ingest.errors import Unreadable
from ingest.inbox import Delivery
from ingest.sources import http_push
from ingest.sources.device_id import device_id as named
from ingest.writer import Writer
from storage.database import Database
from storage.observations import Stored


class UplinkPush:
    """An ``api.routers.uplinks.AcceptUplink``: stores uplinks as ingest does with those of MQTT."""

    def __init__(self, database: Database) -> None:
        self._writer = Writer(database)

    def __call__(
        self, body: bytes, *, municipality_code: str, device_id: str | None, key_device_id: str | None
    ) -> Stored:
        """Store an uplink, or a JSON array of them together; what became of them, after the commit.

        Raises
        ------
        ingest.errors.Unreadable
            When the envelope of one cannot be read; nothing of the body is kept, as its sender hears of it.
        Forbidden
            When one is of another device than the one that the key speaks for.
        Unavailable
            When the database cannot store them now.
        """
        received_at = datetime.now(UTC)
        deliveries: list[Delivery] = []
        for place, message in http_push.messages_of(body):
            try:
                topic = http_push.topic_of(message, municipality_code=municipality_code, device_id=device_id)
                uplink = sources.parse(topic, message, received_at)
            except Unreadable as error:
                raise http_push.at(place, error) from None
            if key_device_id is not None and uplink.device_id != named(key_device_id):
                raise Forbidden(f"{place}this key speaks for device {key_device_id}, not for {uplink.device_id}")
            deliveries.append(Delivery(topic, message, received_at, 0, 0))
        return self._writer.write(deliveries)
