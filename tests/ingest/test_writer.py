"""Writing and replaying on a real database, without a broker."""

import threading
from datetime import UTC, datetime

import pytest

from domain.errors import InvalidInput, Unavailable
from ingest import registry
from ingest.inbox import Delivery
from ingest.replay import claim
from ingest.writer import Writer
from storage import observations, rejections, sensors
from storage.database import Database
from storage.errors import Conflict
from tests.ingest.live import MODEL, START, Town, count, message

NOW = datetime.now(UTC)


def deliveries(*messages: tuple[str, bytes]) -> list[Delivery]:
    return [Delivery(topic, payload, NOW, 0, 1) for topic, payload in messages]


def test_a_claimed_device_brings_its_history(database: Database):
    town = Town(database)
    writer = Writer(database)
    topic = town.topic("new")
    early = (topic, message(-100, distance=1.0))
    stored = writer.write(deliveries(early, *[(topic, message(number, distance=1.1)) for number in range(5)]))
    assert (stored.inserted, stored.unclaimed) == (0, 6)
    with database.transaction() as connection:
        claimed = claim(
            connection,
            device_id="new",
            model=MODEL,
            container_id=town.container_ids[-1],
            municipality_id=town.id,
            bound_from=START,
        )
    assert (claimed.inserted, claimed.rejected, claimed.unclaimed) == (10, 1, 0)
    assert count(database, "unclaimed_message") == 0
    with database.transaction() as connection:
        series = observations.of_container(
            connection,
            container_id=town.container_ids[-1],
            observed_property="fill_level",
            start=START,
            end=NOW,
            limit=100,
        )
        (kept,) = rejections.list_recent(connection, limit=10)
    assert [each.result for each in series] == pytest.approx([0.5] * 5)
    assert kept.rejection.reason == "unbound"
    # From now on its messages are stored at once, although the writer was not told.
    assert writer.write(deliveries((topic, message(9, distance=1.1)))).inserted == 2


def test_claiming_a_device_twice_or_with_an_unknown_model_changes_nothing(database: Database):
    town = Town(database)
    spare = town.container_ids[-1]
    Writer(database).write(deliveries((town.topic("new"), message(1, distance=1.1))))
    for model, error in (("Single Senser", InvalidInput), (MODEL, Conflict)):
        with pytest.raises(error), database.transaction() as connection:
            claim(
                connection,
                device_id="new" if error is InvalidInput else town.device_ids[0],
                model=model,
                container_id=spare,
                municipality_id=town.id,
                bound_from=START,
            )
    assert count(database, "unclaimed_message") == 1


def test_a_message_that_slipped_past_a_claim_is_found(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "CHECK_EVERY_S", 0)
    town = Town(database)
    writer = Writer(database)
    topic = town.topic("slow")
    writer.write(deliveries((topic, message(1, distance=1.1))))
    with database.transaction() as connection:
        # Registered without reading what was kept, as when a batch commits just after the claim looked.
        sensor = sensors.register(connection, municipality_id=town.id, device_id="slow", model=MODEL)
        sensors.bind(
            connection,
            sensor_id=sensor.id,
            container_id=town.container_ids[-1],
            bound_from=START,
            observed_properties={"distance": "m", "fill_level": "1"},
        )
    assert writer.look_around().inserted == 2
    assert count(database, "unclaimed_message") == 0


def test_several_poisonous_messages_in_one_batch(database: Database):
    town = Town(database)
    with database.transaction() as connection:
        connection.execute("ALTER TABLE observation ADD CONSTRAINT superstition CHECK (result <> 13)")
    batch = town.messages(100)
    for place in (0, 40, 41, 99):
        batch[place] = (town.topic(town.device_ids[0]), message(1_000 + place, temperature=13, tilt=1))
    stored = Writer(database).write(deliveries(*batch))
    assert (stored.inserted, stored.rejected) == (96 * 3, 4)
    assert count(database, "observation") == 96 * 3


def test_a_row_too_large_is_no_outage(database: Database):
    town = Town(database)
    with database.transaction() as connection:
        connection.execute("""
            CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.result = 13 THEN RAISE EXCEPTION 'too large' USING ERRCODE = '54000'; END IF;
                RETURN NEW;
            END $$""")
        connection.execute("CREATE TRIGGER choke BEFORE INSERT ON observation FOR EACH ROW EXECUTE FUNCTION choke()")
    poison = (town.topic(town.device_ids[0]), message(1_000, temperature=13))
    stored = Writer(database).write(deliveries(*town.messages(20), poison))
    assert (stored.inserted, stored.rejected) == (60, 1)


def test_missing_tables_are_no_fault_of_the_messages(database: Database):
    town = Town(database)
    with database.transaction() as connection:
        connection.execute("ALTER TABLE observation RENAME TO elsewhere")
    with pytest.raises(Unavailable, match="halfvol migrate"):
        Writer(database).write(deliveries(*town.messages(3)))
    with database.transaction() as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO observation")
    assert Writer(database).write(deliveries(*town.messages(3))).inserted == 9


def test_writing_the_same_from_two_places_stores_it_once(database: Database):
    town = Town(database)
    batch = deliveries(*town.messages(300))
    threads = [threading.Thread(target=Writer(database).write, args=(batch,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert count(database, "observation") == 900
