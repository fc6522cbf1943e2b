"""The MQTT session: paho's client, with acknowledgements that cannot reach the wrong message.

A message identifier (mid) means something only on the connection that delivered it: after a reconnect the broker may
give the same number to another message. Every delivery therefore carries the number of its connection, and an
acknowledgement for an earlier one is left unsaid; the broker delivers that message again and the database knows it.
"""

from __future__ import annotations

import logging
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.broker_address import BrokerAddress
from ingest.inbox import Delivery, Inbox
from ingest.publish_filter import Published, PublishFilter

_log = logging.getLogger(__name__)

QOS = 1
KEEPALIVE_S = 60
NEVER_EXPIRES_S = 0xFFFFFFFF
SHORTEST_PAUSE_S = 1
LONGEST_PAUSE_S = 30
_PUBACK = 0x40
_PUBACK_PACKET = struct.Struct("!BBH")


class BrokerSession(mqtt.Client):
    """A session that the broker keeps while we are away: fixed client id, QoS 1, acknowledged by hand.

    Its network thread puts every message into ``inbox``. When that is full the thread waits, the broker's window of
    unacknowledged messages fills, and it keeps the rest; should it close the connection over that, the session goes on
    with the next one.

    Parameters
    ----------
    on_change
        Called in the network thread with a sentence when the connection is lost, refused, or not to be had, and with
        None when it stands and the subscriptions are granted.
    receive_maximum
        MQTT 5 only: how many unacknowledged messages the broker may have under way.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        client_id: str,
        subscriptions: Sequence[str],
        inbox: Inbox,
        receive_maximum: int,
        on_change: Callable[[str | None], None],
    ) -> None:
        five = address.version == 5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self.address = address
        self._subscriptions = tuple(subscriptions)
        self._inbox = inbox
        self._receive_maximum = receive_maximum
        self._on_change = on_change
        self._connection_number = 0
        self._in_hand: set[int] = set()
        self._acknowledging = threading.Lock()
        self._refusal: str | None = None
        if address.user is not None:
            self.username_pw_set(address.user, address.password)
        if address.tls:
            self.tls_set_context(ssl.create_default_context())
        self.reconnect_delay_set(min_delay=SHORTEST_PAUSE_S, max_delay=LONGEST_PAUSE_S)
        self.on_message = self._received
        self.on_connect = self._connected
        self.on_subscribe = self._subscribed
        self.on_disconnect = self._disconnected

    def start(self) -> None:
        """Connect, and stay connected, in a thread of paho's."""
        if self.address.version == 5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = NEVER_EXPIRES_S
            properties.ReceiveMaximum = self._receive_maximum
            self.connect_async(
                self.address.host, self.address.port, KEEPALIVE_S, clean_start=False, properties=properties
            )
        else:
            self.connect_async(self.address.host, self.address.port, KEEPALIVE_S)
        self.loop_start()

    def keep_running(self) -> None:
        """Start the network thread again if an unexpected packet ended it."""
        if self._thread is None:
            _log.warning("the connection to %s ended by a fault in reading it; connecting again", self.address)
            self.start()

    def stop(self) -> None:
        """Send what is waiting to be sent, disconnect, and end the network thread; the broker keeps the session."""
        self.disconnect()
        self.loop_stop()

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Tell the broker that these messages are stored; may be called from any thread.

        All in one write: paho's own ``ack`` costs a system call or two for each message.
        """
        with self._acknowledging:
            current = self._connection_number
            mids = [delivery.mid for delivery in deliveries if delivery.mid and delivery.connection == current]
            if not mids:
                return
            # In this order: once the broker has the acknowledgement it may use the number for another message.
            self._in_hand.difference_update(mids)
            packets = b"".join([_PUBACK_PACKET.pack(_PUBACK, 2, mid) for mid in mids])
            self._packet_queue(_PUBACK, packets, 0, QOS)

    def reconnect(self) -> MQTTErrorCode:
        """Connect again, as paho does after every loss; from here on acknowledgements of before are void."""
        with self._acknowledging:
            self._connection_number += 1
            self._in_hand = set()
        self._refusal = None
        try:
            # Forgets what was queued to be sent, so also the acknowledgements of the connection before.
            return super().reconnect()
        except (OSError, ValueError) as error:
            self._on_change(self._why_unreachable(error))
            raise ConnectionError(str(error)) from error

    def _create_socket(self) -> Any:
        """paho's socket behind a filter. Should paho call this no more, its messages come through ``_received``."""
        return PublishFilter(super()._create_socket(), version=self.address.version, deliver=self._take)

    def _received(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        topic = message._topic  # pyright: ignore[reportPrivateUsage]  (``topic`` fails where it is not UTF-8)
        self._take([(topic, bytes(message.payload), message.mid if message.qos else 0)])

    def _take(self, messages: Sequence[Published]) -> None:
        """Put messages into the inbox, in the network thread; waits for room there."""
        received_at = datetime.now(UTC)
        connection = self._connection_number
        in_hand = self._in_hand
        deliveries: list[Delivery] = []
        for raw_topic, payload, mid in messages:
            if mid:
                # NATS delivers again over the same connection what was not acknowledged within its ack_wait; the
                # first copy is still on its way to the database.
                if mid in in_hand:
                    continue
                in_hand.add(mid)
            try:
                topic = raw_topic.decode()
            except UnicodeDecodeError:
                topic = raw_topic.decode(errors="replace")
            deliveries.append(Delivery(topic, payload, received_at, mid, connection))
        self._inbox.put(deliveries)

    def _connected(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refusal = self._why_refused(reason)
            self._on_change(self._refusal)
        else:
            # Also when the broker kept the session: its subscriptions may be those of an earlier version.
            self.subscribe([(subscription, QOS) for subscription in self._subscriptions])

    def _subscribed(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [name for name, reason in zip(self._subscriptions, reasons, strict=False) if reason.is_failure]
        if refused:
            sentence = f"the MQTT broker {self.address} does not let this user subscribe to {', '.join(refused)}"
            self._on_change(f"{sentence}; give the user that permission")
        else:
            self._on_change(None)

    def _disconnected(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure and self._refusal is None:
            self._on_change(f"the connection to the MQTT broker {self.address} was lost ({reason})")

    def _why_unreachable(self, error: Exception) -> str:
        match error:
            case socket.gaierror():
                why = f"the host name {self.address.host} of the MQTT broker is not known"
            case ConnectionRefusedError():
                why = f"no MQTT broker listens at {self.address}"
            case ssl.SSLError():
                why = f"the MQTT broker {self.address} has no certificate that can be trusted ({error.reason})"
            case TimeoutError():
                why = f"the MQTT broker {self.address} does not answer"
            case _:
                why = f"the MQTT broker {self.address} cannot be reached ({error})"
        return f"{why}; start it, or check HALFVOL_MQTT_URL"

    def _why_refused(self, reason: ReasonCode) -> str:
        name = str(reason)
        if name in ("Bad user name or password", "Not authorized"):
            return f"the MQTT broker {self.address} refuses the user or the password; check HALFVOL_MQTT_URL"
        if name == "Unsupported protocol version":
            return (
                f"the MQTT broker {self.address} does not speak MQTT {self.address.version};"
                f" put ?version={8 - self.address.version} at the end of HALFVOL_MQTT_URL"
            )
        return f"the MQTT broker {self.address} refuses the connection ({name}); check HALFVOL_MQTT_URL"
