"""Publishing over MQTT at QoS 1: a message is kept until the broker has acknowledged it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from uuid import uuid4

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, ConnectFlags, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.errors import InvalidInput, Unavailable
from simulators.broker import Broker, parse_broker_url
from simulators.history import Message

WINDOW = 200
"""Messages under way at once. A NATS server that writes each to the disk acknowledges as fast as the disk syncs
(3,000 to 6,000 a second here), with 200 as with 1,000, and over one connection as over eight."""

CONNECT_TIMEOUT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
LAST_GRACE_S = 2.0
"""So long the last acknowledgements may take when the publisher is to give up."""
PROGRESS_EVERY = 500

OnProgress = Callable[["Published"], None]


class BrokerUnavailable(Unavailable):
    """The MQTT broker cannot be reached."""


class BrokerRefused(Unavailable):
    """The MQTT broker is there but does not let us in."""


@dataclass(frozen=True, slots=True)
class Published:
    """Messages handed over for sending, and those of them that the broker has acknowledged."""

    sent: int
    acknowledged: int

    @property
    def under_way(self) -> int:
        """Messages that are not acknowledged yet."""
        return self.sent - self.acknowledged


class Publisher:
    """A connection to a broker that loses no message while this process lives.

    Everything happens in the calling thread: ``send`` waits while the window is full, and connects again where
    the connection breaks; what was not acknowledged is then sent once more, the same message under the same number.

    Parameters
    ----------
    url
        The broker, ``mqtt[s]://user:password@host:port?version=3``.
    window
        How many messages may be unacknowledged at once; less where an MQTT 5 broker takes less.
    patience_s
        How long to go on trying to reconnect, or to wait for a single acknowledgement, before giving up; None = for
        ever. The first connection is tried once.
    give_up
        Asked while waiting; True ends the waiting with ``BrokerUnavailable``.
    on_progress
        Called every ``PROGRESS_EVERY`` acknowledgements and at the end.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str | None = None,
        window: int = WINDOW,
        patience_s: float | None = 60.0,
        give_up: Callable[[], bool] = lambda: False,
        on_progress: OnProgress | None = None,
    ) -> None:
        if not 1 <= window <= 65_535:
            raise InvalidInput(f"the publishing window is {window}", remedy="choose from 1 to 65535")
        self.broker: Broker = parse_broker_url(url)
        self._window = window
        self._patience_s = patience_s
        self._give_up = give_up
        self._on_progress = on_progress
        self._sent = 0
        self._acknowledged = 0
        self._heard_at = time.monotonic()
        self._connected = False
        self._refusal: ReasonCode | None = None
        self._client = self._new_client(client_id or f"halfvol-simulator-{uuid4().hex[:12]}")

    def _new_client(self, client_id: str) -> Client:
        five = self.broker.version == 5
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTv5 if five else MQTTv311,
            clean_session=None if five else True,
        )
        # The window is kept here; the client must neither hold messages back nor turn them away.
        client.max_inflight_messages_set(0)
        client.max_queued_messages_set(0)
        client.connect_timeout = CONNECT_TIMEOUT_S
        if self.broker.user is not None:
            client.username_pw_set(self.broker.user, self.broker.password)
        if self.broker.tls:
            client.tls_set()
        client.on_connect = self._connect_answered
        client.on_publish = self._publish_acknowledged
        client.on_disconnect = self._disconnected
        return client

    def __enter__(self) -> Publisher:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def published(self) -> Published:
        """The counts so far."""
        return Published(self._sent, self._acknowledged)

    def connect(self) -> None:
        """Connect once.

        Raises
        ------
        BrokerUnavailable
            When nothing answers there.
        BrokerRefused
            When the broker turns us away.
        """
        self._connected, self._refusal = False, None
        try:
            self._client.connect(self.broker.host, self.broker.port, keepalive=60)
        except (OSError, ValueError) as error:
            raise self._unavailable(error) from error
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        while not self._connected:
            if self._refusal is not None:
                raise BrokerRefused(
                    f"the MQTT broker refuses the connection ({self._refusal})",
                    where=str(self.broker),
                    remedy="check user, password and version (3 or 5) in HALFVOL_MQTT_URL",
                )
            if self._client.loop(timeout=0.2) != MQTT_ERR_SUCCESS and self._refusal is None and not self._connected:
                raise self._unavailable("it closed the connection without an answer; is it an MQTT broker?")
            if time.monotonic() > deadline:
                raise self._unavailable(f"no answer within {CONNECT_TIMEOUT_S:.0f} s")

    def send(self, message: Message) -> None:
        """Hand a message over; waits while the window is full.

        Raises
        ------
        BrokerUnavailable, BrokerRefused
            When the connection broke and did not come back within the patience.
        """
        if self._sent == self._acknowledged:
            self._heard_at = time.monotonic()
        self._sent += 1
        self._client.publish(message.topic, message.payload, qos=1)
        while self._sent - self._acknowledged >= self._window:
            self._turn(1.0)

    def flush(self) -> None:
        """Wait until every message is acknowledged; raises as ``send``."""
        while self._sent > self._acknowledged:
            self._turn(1.0)
        self._tell_progress()

    def idle(self, seconds: float) -> None:
        """Keep the connection alive for a while without sending; raises as ``send``."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._turn(min(left, 1.0))

    def close(self) -> None:
        """Leave the broker; what is not acknowledged by then is given up (see ``published``)."""
        self._client.disconnect()

    def _turn(self, timeout_s: float) -> None:
        """Let the client read, write and ping; connect again when the connection is gone."""
        if self._patience_s is not None:
            timeout_s = min(timeout_s, max(0.1, self._patience_s))
        if self._client.loop(timeout=timeout_s) != MQTT_ERR_SUCCESS:
            self._reconnect()
        elif self._sent > self._acknowledged:
            self._expect_acknowledgements()

    def _expect_acknowledgements(self) -> None:
        """A broker that takes messages and acknowledges none (a full disk, a stopped process) is not there for us."""
        patience_s = LAST_GRACE_S if self._give_up() else self._patience_s
        silent_s = time.monotonic() - self._heard_at
        if patience_s is not None and silent_s > patience_s:
            raise self._unavailable(f"it has acknowledged nothing for {silent_s:.0f} s")

    def _reconnect(self) -> None:
        began, pause_s = time.monotonic(), FIRST_PAUSE_S
        while True:
            try:
                # The client sends what was not acknowledged again as soon as it is let in.
                self.connect()
            except (BrokerUnavailable, BrokerRefused):
                # A broker that is starting may also refuse; a wrong password does not come in the middle.
                waited_s = time.monotonic() - began
                if self._give_up() or (self._patience_s is not None and waited_s > self._patience_s):
                    raise
                self._pause(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            else:
                return

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._give_up():
            time.sleep(0.1)

    def _unavailable(self, why: object) -> BrokerUnavailable:
        return BrokerUnavailable(
            f"the MQTT broker cannot be reached ({why})",
            where=str(self.broker),
            remedy="start it, or set HALFVOL_MQTT_URL to the right address",
        )

    def _connect_answered(
        self, _client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._refusal = reason
            return
        self._connected = True
        self._heard_at = time.monotonic()
        most = getattr(properties, "ReceiveMaximum", None)
        if most is not None:
            self._window = min(self._window, int(most))

    def _publish_acknowledged(
        self, _client: Client, _userdata: Any, _number: int, _reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._acknowledged += 1
        self._heard_at = time.monotonic()
        if self._acknowledged % PROGRESS_EVERY == 0:
            self._tell_progress()

    def _disconnected(self, *_: object) -> None:
        self._connected = False

    def _tell_progress(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self.published)


def publish_all(
    url: str,
    messages: Iterable[Message],
    *,
    window: int = WINDOW,
    patience_s: float | None = 60.0,
    on_progress: OnProgress | None = None,
) -> Published:
    """Publish messages in their order and wait until the broker has acknowledged every one.

    Raises
    ------
    BrokerUnavailable, BrokerRefused
        When the broker cannot be reached, or stays away for longer than ``patience_s`` in the middle.
    """
    with Publisher(url, window=window, patience_s=patience_s, on_progress=on_progress) as publisher:
        for message in messages:
            publisher.send(message)
        publisher.flush()
        return publisher.published
