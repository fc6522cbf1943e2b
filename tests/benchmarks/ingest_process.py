"""One ingest process of the benchmark: what ``halfvol ingest`` does, until so many messages are stored; prints JSON.

``python -m tests.benchmarks.ingest_process DATABASE_URL MQTT_URL CLIENT_ID TOPIC COUNT``
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from deploy.commands.ingest import spare_the_collector
from ingest.consumer import Consumer, ConsumerSettings, Progress


def peak_memory_mb(pid: int | str = "self") -> float:
    """The most memory that a process had resident so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    database_url, mqtt_url, client_id, topic, count = sys.argv[1:]
    spare_the_collector()
    stop = threading.Event()
    ended: list[float] = []

    def look(progress: Progress) -> None:
        if progress.received - progress.backlog >= int(count) and not ended:
            ended.append(time.time())
            stop.set()

    consumer = Consumer(ConsumerSettings(database_url, mqtt_url, client_id, (topic,)))
    began, computed = time.time(), time.process_time()
    consumer.run(stop, look)
    told = {
        "began": began,
        "ended": ended[0],
        "cpu_us": (time.process_time() - computed) / int(count) * 1e6,
        "peak_mb": peak_memory_mb(),
        "set_aside": consumer.progress.rejected + consumer.progress.unclaimed,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
