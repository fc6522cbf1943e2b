"""The consumer on real brokers and a real database: everything once, whatever is killed in between."""

import threading
import time
from pathlib import Path

import pytest

from deploy.embedded.postgres import EmbeddedPostgres
from domain.errors import InvalidInput, Unavailable
from ingest.consumer import Consumer, ConsumerSettings, Progress
from storage import rejections, unclaimed
from storage.database import Database
from storage.migrate import migrate
from tests.ingest.live import Town, count, eventually, message, publish, running, settings_for

BROKERS = ["nats", "mosquitto", "mosquitto 5"]
OBSERVATIONS_A_MESSAGE = 3


@pytest.fixture(params=BROKERS)
def mqtt_url(request: pytest.FixtureRequest) -> str:
    broker, _, version = request.param.partition(" ")
    return f"{request.getfixturevalue(f'{broker}_url')}?version={version or '3'}"


def test_stored_exactly_once_with_duplicates_strangers_and_rubbish(
    mqtt_url: str, database: Database, postgres_url: str
):
    town = Town(database)
    good = town.messages(1_000)
    rubbish = [(town.topic("bin"), b"\xff"), (town.topic(town.device_ids[0]), b'{"phenomenonTime": 1}')]
    stranger = [(town.topic("stranger"), message(number, distance=1.0)) for number in range(3)]
    with running(settings_for(town, postgres_url, mqtt_url)) as consumer:
        publish(mqtt_url, good + good[::10] + rubbish + stranger + stranger)
        total = len(good) + len(good[::10]) + len(rubbish) + 2 * len(stranger)
        eventually(lambda: consumer.progress.received == total and consumer.progress.backlog == 0)
    assert consumer.progress == Progress(
        received=total,
        stored=1_000 * OBSERVATIONS_A_MESSAGE,
        duplicates=100 * OBSERVATIONS_A_MESSAGE,
        rejected=2,
        unclaimed=3,
        backlog=0,
    )
    assert count(database, "observation") == 1_000 * OBSERVATIONS_A_MESSAGE
    with database.transaction() as connection:
        kept = {each.rejection.payload for each in rejections.list_recent(connection, limit=10)}
        (waiting,) = unclaimed.devices(connection)
    assert kept == {payload for _, payload in rubbish}
    assert (waiting.device_id, waiting.messages) == ("stranger", 3)


def test_what_is_published_while_away_is_kept_by_the_broker(mqtt_url: str, database: Database, postgres_url: str):
    town = Town(database)
    settings = settings_for(town, postgres_url, mqtt_url)
    with running(settings):
        pass
    publish(mqtt_url, town.messages(500))
    with running(settings):
        eventually(lambda: count(database, "observation") == 500 * OBSERVATIONS_A_MESSAGE)
    # All was acknowledged: nothing comes a second time.
    with running(settings) as again:
        time.sleep(0.5)
    assert again.progress == Progress()


def test_database_stopped_and_started_again_in_the_middle(
    nats_url: str, data_dir: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "ingest")
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    migrate(url)
    with Database(url) as database:
        town = Town(database)
    with running(settings_for(town, url, nats_url)) as consumer:
        publish(nats_url, town.messages(600))
        eventually(lambda: consumer.progress.stored > 0)
        server.stop()
        publish(nats_url, town.messages(600, first=600))
        eventually(lambda: "nothing is acknowledged" in caplog.text)
        time.sleep(1.0)
        assert server.start() == url
        publish(nats_url, town.messages(100, first=1_200))
        with Database(url) as database:
            eventually(lambda: count(database, "observation") == 1_300 * OBSERVATIONS_A_MESSAGE, within_s=30)
            eventually(lambda: consumer.progress.backlog == 0)
            assert count(database, "rejection") == 0
    server.stop()
    # One line for each change of state, however many attempts lie between.
    assert caplog.text.count("nothing is acknowledged") == 1
    assert caplog.text.count("the database can be reached again") == 1


def test_a_message_that_the_database_refuses_is_set_aside_alone(nats_url: str, database: Database, postgres_url: str):
    town = Town(database)
    with database.transaction() as connection:
        connection.execute("ALTER TABLE observation ADD CONSTRAINT superstition CHECK (result <> 13)")
    poison = (town.topic(town.device_ids[0]), message(5_000, temperature=13))
    with running(settings_for(town, postgres_url, nats_url, batch_s=0.3)) as consumer:
        publish(nats_url, [*town.messages(70), poison, *town.messages(70, first=70)])
        eventually(lambda: consumer.progress.rejected == 1)
        eventually(lambda: count(database, "observation") == 140 * OBSERVATIONS_A_MESSAGE)
    with database.transaction() as connection:
        (kept,) = rejections.list_recent(connection, limit=10)
    assert kept.rejection.payload == poison[1]
    assert kept.rejection.reason == "invalid_value"
    assert "superstition" in kept.rejection.detail


def test_memory_is_bounded_while_the_database_is_slow(mosquitto_url: str, database: Database, postgres_url: str):
    town = Town(database)
    settings = settings_for(town, postgres_url, mosquitto_url, batch_messages=10, inbox_messages=20)
    with running(settings) as consumer:
        with database.transaction() as connection:
            connection.execute("LOCK TABLE observation IN ACCESS EXCLUSIVE MODE")
            publish(mosquitto_url, town.messages(1_000))
            time.sleep(0.5)
            assert len(consumer._inbox) <= 20  # pyright: ignore[reportPrivateUsage]
        eventually(lambda: count(database, "observation") == 1_000 * OBSERVATIONS_A_MESSAGE)


def test_a_device_registered_while_running_is_known_within_a_second(
    nats_url: str, database: Database, postgres_url: str
):
    first = Town(database)
    with running(settings_for(first, postgres_url, nats_url, subscriptions=("halfvol/v1/+/devices/+/up",))) as consumer:
        eventually(lambda: consumer.progress.unclaimed == 0)
        second = Town(database)
        publish(nats_url, second.messages(10))
        eventually(lambda: count(database, "observation") == 10 * OBSERVATIONS_A_MESSAGE)
    assert count(database, "unclaimed_message") == 0


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mqtt://127.0.0.1:1", "no MQTT broker listens at mqtt://127.0.0.1:1; start it, or check HALFVOL_MQTT_URL"),
        ("mqtt://nowhere.invalid", "the host name nowhere.invalid of the MQTT broker is not known"),
    ],
)
def test_unreachable_broker_fails_fast_with_a_sentence(url: str, sentence: str, postgres_url: str):
    with pytest.raises(Unavailable) as caught:
        Consumer(ConsumerSettings(postgres_url, url, fail_fast=True)).run(threading.Event())
    assert sentence in str(caught.value)


def test_a_broker_of_another_version_is_named(nats_url: str, postgres_url: str):
    settings = ConsumerSettings(postgres_url, f"{nats_url}?version=5", fail_fast=True)
    with pytest.raises(Unavailable, match=r"does not speak MQTT 5; put \?version=3 at the end of HALFVOL_MQTT_URL"):
        Consumer(settings).run(threading.Event())


def test_unreachable_database_fails_fast_or_is_waited_for(nats_url: str, caplog: pytest.LogCaptureFixture):
    nowhere = "postgresql://somebody:secret@127.0.0.1:1/halfvol"
    with pytest.raises(Unavailable, match="no database server listens there"):
        Consumer(ConsumerSettings(nowhere, nats_url, fail_fast=True)).run(threading.Event())
    stop = threading.Event()
    thread = threading.Thread(target=Consumer(ConsumerSettings(nowhere, nats_url)).run, args=(stop,))
    thread.start()
    eventually(lambda: "no database server listens there" in caplog.text)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"client_id": ""}, "client id is empty"),
        ({"batch_messages": 0}, "a batch of 0 messages"),
        ({"batch_s": -1.0}, "cannot wait -1.0 s"),
    ],
)
def test_settings_that_cannot_be(changes: dict[str, object], sentence: str):
    with pytest.raises(InvalidInput, match=sentence):
        ConsumerSettings("postgresql://x/y", "mqtt://localhost", **changes)  # pyright: ignore[reportArgumentType]
