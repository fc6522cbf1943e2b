"""The sensors of a torture run at work: each keeps its messages until their PUBACK."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from deploy.chaos.messages import ChaosSensor
from domain.errors import Unavailable
from simulators.history import Message
from simulators.publish import Publisher

PATIENCE_S = 120.0
"""So long a broker may stay away before its publishers give up, and the run is no proof of anything."""
WINDOW = 100


class Publishers:
    """One thread and one connection for each sensor.

    Parameters
    ----------
    rate
        Messages a second of all together.
    """

    def __init__(self, url: str, sensors: Sequence[ChaosSensor], *, rate: float) -> None:
        self._url = url
        self._pause_s = len(sensors) / rate
        self._stop = threading.Event()
        self._sent = dict.fromkeys(sensors, 0)
        self._acknowledged = dict.fromkeys(sensors, 0)
        self._failures: list[Unavailable] = []
        self._threads = [threading.Thread(target=self._send, args=[sensor], daemon=True) for sensor in sensors]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Send no more, and wait until the broker acknowledged everything.

        Raises
        ------
        Unavailable
            When the broker stayed away for too long.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    @property
    def sent(self) -> Mapping[ChaosSensor, int]:
        """Messages handed to the broker, by sensor."""
        return self._sent

    @property
    def acknowledged(self) -> Mapping[ChaosSensor, int]:
        """Those that it acknowledged."""
        return self._acknowledged

    def _send(self, sensor: ChaosSensor) -> None:
        try:
            with Publisher(self._url, client_id=sensor.device_id, window=WINDOW, patience_s=PATIENCE_S) as publisher:
                while not self._stop.is_set():
                    number = self._sent[sensor]
                    self._sent[sensor] = number + 1
                    publisher.send(Message(sensor.topic(number), sensor.payload(number), datetime.now(UTC)))
                    publisher.idle(self._pause_s)
                    self._acknowledged[sensor] = publisher.published.acknowledged
                publisher.flush()
                self._acknowledged[sensor] = publisher.published.acknowledged
        except Unavailable as error:
            self._failures.append(error)
