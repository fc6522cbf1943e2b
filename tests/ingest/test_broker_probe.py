"""What a look at a broker finds out, on real brokers with good and with bad limits."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.embedded import ports
from domain.errors import Unavailable
from ingest import broker_probe
from ingest.broker_address import BrokerAddress
from ingest.broker_probe import AWAY_MESSAGES, Findings, Probe, measure
from ingest.probe_client import ProbeFailed
from tests.ingest.live import eventually
from tests.servers.mosquitto import find_mosquitto

WHERE = "mqtt://broker"


@contextmanager
def bare_mosquitto(folder: Path, *lines: str) -> Iterator[str]:
    port = ports.choose(folder / "port")
    text = "\n".join([f"listener {port} 127.0.0.1", "allow_anonymous true", f"log_dest file {folder}/log", *lines])
    (folder / "mosquitto.conf").write_text(text + "\n")
    server = subprocess.Popen([find_mosquitto(), "-c", folder / "mosquitto.conf"])
    try:
        eventually(lambda: ports.answers(port))
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.parametrize("version", ["3", "5"])
def test_a_mosquitto_without_bounds_keeps_everything(mosquitto_url: str, version: str):
    address = BrokerAddress.parse(f"{mosquitto_url}?version={version}")
    found = measure(address, client_id="kept/with odd+signs")
    assert (found.session_kept, found.kept_while_away, found.window) == (True, AWAY_MESSAGES, AWAY_MESSAGES)
    assert found.redelivered_after_s is not None
    assert found.redelivered_after_s < 2
    assert found.shared_delivers is None
    assert found.refusals(address) == found.warnings(address) == ()


def test_nats_delivers_again_after_its_ack_wait_and_nothing_to_shared_subscriptions(nats_url: str):
    address = BrokerAddress.parse(nats_url)
    found = measure(address, client_id="nats", subscriptions=["$share/ingest/halfvol/#"])
    assert (found.session_kept, found.kept_while_away, found.window) == (True, AWAY_MESSAGES, AWAY_MESSAGES)
    assert found.redelivered_after_s is not None
    assert 7 < found.redelivered_after_s < 15
    (refusal,) = found.refusals(address)
    assert "grants shared subscriptions and delivers nothing to them" in refusal


def test_the_defaults_of_mosquitto_drop_messages_and_that_is_said(data_dir: Path):
    data_dir.chmod(0o777)
    with bare_mosquitto(data_dir) as url:
        address = BrokerAddress.parse(url)
        found = measure(address, client_id="bounded")
    assert found.window == 20 - 1  # one of the twenty is the unacknowledged first message
    assert found.kept_while_away is not None
    assert found.kept_while_away < AWAY_MESSAGES
    told = " ".join(found.warnings(address))
    assert "max_queued_messages 0" in told
    assert "max_inflight_messages 0" in told


def test_a_user_who_may_not_publish_there_learns_that_nothing_was_measured(data_dir: Path):
    data_dir.chmod(0o777)
    (data_dir / "acl").write_text("topic read #\n")
    with (
        bare_mosquitto(data_dir, f"acl_file {data_dir}/acl") as url,
        pytest.raises(ProbeFailed, match="does not arrive"),
    ):
        measure(BrokerAddress.parse(url), client_id="mute")


def test_what_would_lose_for_certain_is_refused():
    (refusal,) = Findings(session_kept=False).refusals(WHERE)
    assert "forgets the session" in refusal
    assert Findings(session_kept=True).refusals(WHERE) == ()
    (warning,) = Findings(True, AWAY_MESSAGES, AWAY_MESSAGES, None).warnings(WHERE)
    assert "did not deliver an unacknowledged message again" in warning


def test_a_look_beside_the_consumer_stops_it_where_it_must(nats_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broker_probe, "REDELIVERED_WITHIN_S", 1.0)
    stop, subscribed = threading.Event(), threading.Event()
    probe = Probe(nats_url, client_id="refused", subscriptions=["$share/ingest/x"])
    with probe.looking_at(subscribed, stop):
        subscribed.set()
        assert stop.wait(60)
    with pytest.raises(Unavailable, match="HALFVOL_MQTT_TOPICS"):
        probe.refuse_if_fatal()
