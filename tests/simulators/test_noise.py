from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta

from simulators.history import messages
from simulators.noise import INTERVAL_S, METERS, noise_messages, noise_sensors
from simulators.town import Town


def test_meters_send_every_ten_minutes_levels_that_a_street_can_have(town: Town, now: datetime) -> None:
    sent = list(noise_messages(town, now - timedelta(days=1), now))
    assert len(sent) == METERS * 86_400 // INTERVAL_S
    assert all(earlier.sent_at <= later.sent_at for earlier, later in itertools.pairwise(sent))
    for message in sent:
        reading = json.loads(message.payload)
        assert 30 < reading["soundLevelAverage"] < reading["soundLevelMaximum"] < 100


def test_they_are_part_of_the_towns_messages(town: Town, now: datetime) -> None:
    ids = {meter.device_id for meter in noise_sensors(town)}
    assert len(ids) == METERS
    assert not ids & {sensor.device_id for sensor in town.sensors}
    whole = [each for each in messages(town, now - timedelta(hours=2), now) if each.topic.split("/")[4] in ids]
    assert whole == list(noise_messages(town, now - timedelta(hours=2), now))


def test_a_village_has_none(village: Town, now: datetime) -> None:
    assert noise_sensors(village) == ()
    assert list(noise_messages(village, now - timedelta(days=1), now)) == []
