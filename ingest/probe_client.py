"""A small MQTT client for trying out a broker: it remembers what came, and acknowledges only when told to."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.broker_address import BrokerAddress

CONNECT_WITHIN_S = 5.0
SESSION_EXPIRY_S = 600
_LOOK_EVERY_S = 0.02


class ProbeFailed(Exception):
    """The broker could not be tried out; the message says why."""


class ProbeClient:
    """One connection. ``received`` maps each payload to when it first came (``time.monotonic``).

    Parameters
    ----------
    clean
        Begin without a session and leave none behind.
    """

    def __init__(self, address: BrokerAddress, client_id: str, *, clean: bool) -> None:
        self.received: dict[bytes, float] = {}
        self.session_present = False
        self._address = address
        self._clean = clean
        self._five = address.version == 5
        self._answer: ReasonCode | None = None
        self._granted: list[ReasonCode] | None = None
        self._lost = False
        self._acknowledges = False
        self._waiting: list[tuple[int, int]] = []
        self._lock = threading.Lock()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self._five else clean,
            protocol=MQTTProtocolVersion.MQTTv5 if self._five else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._client.max_inflight_messages_set(200)
        self._client.max_queued_messages_set(0)
        if address.user is not None:
            self._client.username_pw_set(address.user, address.password)
        if address.tls:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._message
        self._client.on_disconnect = self._disconnected

    def connect(self) -> Self:
        """Connect.

        Raises
        ------
        ProbeFailed
            When the broker does not let us in.
        """
        properties: Properties | None = None
        if self._five:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 0 if self._clean else SESSION_EXPIRY_S
            properties.ReceiveMaximum = 0xFFFF
        try:
            self._client.connect(
                self._address.host,
                self._address.port,
                clean_start=self._clean if self._five else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
                properties=properties,
            )
        except (OSError, ValueError) as error:
            raise ProbeFailed(f"it cannot be reached ({error})") from error
        self._client.loop_start()
        if not self.wait_for(lambda: self._answer is not None, CONNECT_WITHIN_S):
            self.close()
            raise ProbeFailed("it does not answer")
        if self._answer is None or self._answer.is_failure:
            self.close()
            raise ProbeFailed(f"it refuses a second connection of this user ({self._answer})")
        return self

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def subscribe(self, topic: str) -> None:
        """Subscribe at QoS 1.

        Raises
        ------
        ProbeFailed
            When it is not granted.
        """
        self._granted = None
        self._client.subscribe(topic, qos=1)
        if not self.wait_for(lambda: self._granted is not None, CONNECT_WITHIN_S):
            raise ProbeFailed(f"it does not answer a subscription to {topic}")
        if any(each.is_failure for each in self._granted or ()):
            raise ProbeFailed(f"this user may not subscribe to {topic}")

    def publish(self, topic: str, payloads: Sequence[bytes], *, within_s: float) -> None:
        """Publish at QoS 1 and wait for the acknowledgements.

        Raises
        ------
        ProbeFailed
            When they do not come.
        """
        until = time.monotonic() + within_s
        sent = [self._client.publish(topic, payload, qos=1) for payload in payloads]
        for each in sent:
            try:
                each.wait_for_publish(max(0.01, until - time.monotonic()))
            except (RuntimeError, ValueError) as error:
                raise ProbeFailed(f"it took no message on {topic} ({error})") from error
            if not each.is_published():
                raise ProbeFailed(f"it acknowledges no message on {topic}; may this user publish there?")

    def acknowledge_all(self) -> None:
        """Acknowledge what has come and, from now on, whatever comes."""
        with self._lock:
            self._acknowledges = True
            waiting, self._waiting = self._waiting, []
        for mid, qos in waiting:
            self._client.ack(mid, qos)

    def wait_for(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Whether the condition comes true in time.

        Raises
        ------
        ProbeFailed
            When the connection breaks meanwhile.
        """
        until = time.monotonic() + within_s
        while not condition():
            if self._lost:
                raise ProbeFailed("the connection broke")
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_EVERY_S)
        return True

    def wait_until_quiet(self, seconds: float) -> None:
        """Wait until nothing new has come for so long; raises as :meth:`wait_for`."""
        before = -1
        while before != len(self.received):
            before = len(self.received)
            self.wait_for(lambda: False, seconds)

    def _connected(
        self,
        _client: mqtt.Client,
        _userdata: object,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.session_present = flags.session_present
        self._answer = reason

    def _subscribed(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        self._granted = reasons

    def _message(self, client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self.received.setdefault(bytes(message.payload), time.monotonic())
        with self._lock:
            if not self._acknowledges:
                self._waiting.append((message.mid, message.qos))
                return
        client.ack(message.mid, message.qos)

    def _disconnected(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._lost = reason.is_failure
