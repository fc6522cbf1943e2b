"""What a broker does with messages that wait for ingest, found out by trying it with a session of the probe's own.

The probe subscribes to ``halfvol/probe/CLIENT-ID`` under ``CLIENT-ID-probe``, leaves, has some messages published
meanwhile, and comes back. It runs beside the consumer, and takes as long as the broker waits before it delivers an
unacknowledged message again.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from domain.errors import Unavailable
from ingest.broker_address import BrokerAddress
from ingest.probe_client import ProbeClient, ProbeFailed

_log = logging.getLogger(__name__)

AWAY_MESSAGES = 1_200
"""Published while the probe is away: more than the 1,000 that mosquitto 2.0 keeps by default."""
ANSWER_WITHIN_S = 3.0
REDELIVERED_WITHIN_S = 40.0
"""NATS waits 30 s by default (its ack_wait)."""
ATTEMPTS = 3
PAUSE_S = 5.0
_SHARED = "$share/"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured; None where it could not be.

    Parameters
    ----------
    session_kept
        The broker knew the session when the probe came back.
    kept_while_away
        Of ``AWAY_MESSAGES`` acknowledged to their publisher, those that came after all.
    window
        How many messages it delivered before any was acknowledged, ``AWAY_MESSAGES`` at most.
    redelivered_after_s
        When an unacknowledged message came again, in seconds after the probe came back.
    shared_delivers
        A message for a shared subscription arrived; None where ingest uses none.
    """

    session_kept: bool
    kept_while_away: int | None = None
    window: int | None = None
    redelivered_after_s: float | None = None
    shared_delivers: bool | None = None

    def refusals(self, where: object) -> tuple[str, ...]:
        """Why ingest cannot work with this broker without losing messages for certain."""
        found: list[str] = []
        if not self.session_kept:
            found.append(
                f"the MQTT broker {where} forgets the session when ingest is away, so that every message of that time"
                " would be lost; let it keep sessions (mosquitto: no persistent_client_expiration; NATS: JetStream)"
            )
        if self.shared_delivers is False:
            found.append(
                f"the MQTT broker {where} grants shared subscriptions and delivers nothing to them; give each ingest"
                " process plain topics of its own with HALFVOL_MQTT_TOPICS"
            )
        return tuple(found)

    def warnings(self, where: object) -> tuple[str, ...]:
        """What loses messages under some circumstances, or costs speed."""
        found: list[str] = []
        if self.kept_while_away is not None and self.kept_while_away < AWAY_MESSAGES:
            found.append(
                f"the MQTT broker {where} kept only {self.kept_while_away} of {AWAY_MESSAGES} messages that waited for"
                " ingest, though it had acknowledged them all; raise its limit (mosquitto: max_queued_messages 0)"
            )
        if self.window is not None and self.window < AWAY_MESSAGES:
            found.append(
                f"the MQTT broker {where} hands over only {self.window} messages before they are acknowledged, and no"
                " batch gets larger; raise its limit (mosquitto: max_inflight_messages 0, NATS: max_ack_pending)"
            )
        if self.session_kept and self.kept_while_away is not None and self.redelivered_after_s is None:
            found.append(
                f"the MQTT broker {where} did not deliver an unacknowledged message again within"
                f" {REDELIVERED_WITHIN_S:.0f} s; what ingest holds when it is killed may be lost"
            )
        if self.shared_delivers:
            found.append(
                f"ingest uses a shared subscription at the MQTT broker {where}; mosquitto 2.0 loses what is published"
                " between its own restart and the return of a member: prefer plain topics with HALFVOL_MQTT_TOPICS"
            )
        return tuple(found)


def measure(address: BrokerAddress, *, client_id: str, subscriptions: Sequence[str] = ()) -> Findings:
    """Try the broker.

    Raises
    ------
    ProbeFailed
        When the connection broke, or this user may not publish or subscribe there; nothing is known then.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "-", client_id)
    topic = f"halfvol/probe/{name}"
    subscriber_id = f"{name}-probe"
    ProbeClient(address, subscriber_id, clean=True).connect().close()  # whatever an earlier probe left
    with ProbeClient(address, f"{name}-probe-publisher", clean=True).connect() as publisher:
        with ProbeClient(address, subscriber_id, clean=False).connect() as subscriber:
            subscriber.subscribe(topic)
            publisher.publish(topic, [b"first"], within_s=ANSWER_WITHIN_S)
            if not subscriber.wait_for(lambda: bool(subscriber.received), ANSWER_WITHIN_S):
                raise ProbeFailed(f"a message published to {topic} does not arrive")
        publisher.publish(topic, [b"%d" % number for number in range(AWAY_MESSAGES)], within_s=30)
        back_at = time.monotonic()
        with ProbeClient(address, subscriber_id, clean=False).connect() as subscriber:
            kept = subscriber.session_present
            findings = Findings(session_kept=kept) if not kept else _come_back(subscriber, back_at)
        shared = _try_shared(publisher, address, subscriber_id, topic, subscriptions)
    ProbeClient(address, subscriber_id, clean=True).connect().close()
    return Findings(
        findings.session_kept, findings.kept_while_away, findings.window, findings.redelivered_after_s, shared
    )


def _come_back(subscriber: ProbeClient, back_at: float) -> Findings:
    def others() -> int:
        return len(set(subscriber.received) - {b"first"})

    subscriber.wait_until_quiet(ANSWER_WITHIN_S / 3)
    window = others()
    subscriber.acknowledge_all()
    subscriber.wait_until_quiet(ANSWER_WITHIN_S / 3)
    came_again = subscriber.wait_for(
        lambda: b"first" in subscriber.received, REDELIVERED_WITHIN_S - (time.monotonic() - back_at)
    )
    after_s = subscriber.received[b"first"] - back_at if came_again else None
    return Findings(True, kept_while_away=others(), window=window, redelivered_after_s=after_s)


def _try_shared(
    publisher: ProbeClient, address: BrokerAddress, client_id: str, topic: str, subscriptions: Sequence[str]
) -> bool | None:
    if not any(subscription.startswith(_SHARED) for subscription in subscriptions):
        return None
    with ProbeClient(address, f"{client_id}-shared", clean=True).connect() as member:
        member.subscribe(f"{_SHARED}halfvol-probe/{topic}/shared")
        publisher.publish(f"{topic}/shared", [b"shared"], within_s=ANSWER_WITHIN_S)
        return member.wait_for(lambda: bool(member.received), ANSWER_WITHIN_S)


class Probe:
    """Looks at the broker of a consumer in a thread beside it, and says what it found."""

    def __init__(self, mqtt_url: str, *, client_id: str, subscriptions: Sequence[str]) -> None:
        self.warnings: tuple[str, ...] = ()
        self._address = BrokerAddress.parse(mqtt_url)
        self._client_id = client_id
        self._subscriptions = subscriptions
        self._refusal: str | None = None

    @contextmanager
    def looking_at(self, subscribed: threading.Event, stop: threading.Event) -> Iterator[None]:
        """Look once the consumer has subscribed; ``stop`` is set when it would lose messages for certain."""
        leaving = threading.Event()

        def look() -> None:
            while not subscribed.wait(0.2):
                if leaving.is_set():
                    return
            if self._look(leaving.wait):
                stop.set()

        threading.Thread(target=look, name="probe", daemon=True).start()
        try:
            yield
        finally:
            leaving.set()

    def refuse_if_fatal(self) -> None:
        """Say why ingest does not work with this broker.

        Raises
        ------
        Unavailable
            When it would lose messages for certain.
        """
        if self._refusal is not None:
            raise Unavailable(self._refusal)

    def _look(self, pause: Callable[[float], bool]) -> bool:
        """Measure, and once more where the outcome would be a refusal; True for a refusal."""
        refusals: tuple[str, ...] = ()
        trouble: ProbeFailed | None = None
        for _ in range(ATTEMPTS):
            try:
                findings = measure(self._address, client_id=self._client_id, subscriptions=self._subscriptions)
            except ProbeFailed as error:
                trouble = error
                if pause(PAUSE_S):
                    return False
                continue
            self._tell(findings)
            if not findings.refusals(self._address):
                return False
            if refusals:
                # Not a restart of the broker in the middle of the first attempt.
                self._refusal = "; ".join(findings.refusals(self._address))
                return True
            refusals = findings.refusals(self._address)
        _log.info("the limits of the MQTT broker %s are not known: %s", self._address, trouble)
        return False

    def _tell(self, findings: Findings) -> None:
        self.warnings = findings.warnings(self._address)
        for warning in self.warnings:
            _log.warning("%s", warning)
        _log.info("the MQTT broker %s: %s", self._address, findings)
