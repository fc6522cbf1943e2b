"""Store what the broker delivers: every message is acknowledged after the commit that holds it.

Runs until Ctrl-C or SIGTERM. When the database or the broker is away it waits and goes on by itself; nothing is lost
meanwhile, because nothing is acknowledged. With --standby two processes may have the same client id: one works, the
other takes over within seconds when it dies.

With --file it stores the uplinks of a file instead, one a line, and ends: what The Things Stack's Storage Integration,
ChirpStack or a vendor exports fills the gaps that halfvol audit found. Running it again changes nothing."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from deploy.services import database_url, mqtt_url
from deploy.settings import Settings
from deploy.uplink_file import import_with_progress
from ingest.broker_probe import Probe
from ingest.consumer import Consumer, ConsumerSettings
from ingest.health import Health, health_endpoint
from ingest.sources import SUBSCRIPTIONS
from ingest.standby import run_in_turn

STANDING_BY = Health(stands_by=True)
COLLECT_AFTER = 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--json", action="store_true", help="print the counts as one line of JSON, twice a second")
    parser.add_argument(
        "--fail-fast", action="store_true", help="end with an error when database or broker are away at the start"
    )
    parser.add_argument(
        "--standby", action="store_true", help="work only while no other process with this client id and option does"
    )
    parser.add_argument("--file", type=Path, metavar="PATH", help="store this file of uplinks (JSON lines, also gzip)")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Consume until stopped; what was received by then is stored and acknowledged first. Or store a file."""
    spare_the_collector()
    if arguments.file is not None:
        import_with_progress(arguments.file, settings, as_json=arguments.json)
        return
    with ExitStack() as stack:
        consumer_settings = ConsumerSettings(
            database_url=stack.enter_context(database_url(settings)),
            mqtt_url=stack.enter_context(mqtt_url(settings)),
            client_id=settings.mqtt_client_id,
            subscriptions=settings.mqtt_topics or SUBSCRIPTIONS,
            batch_messages=settings.ingest_batch,
            inbox_messages=max(20_000, 2 * settings.ingest_batch),
            fail_fast=arguments.fail_fast,
        )
        service = IngestService(consumer_settings, standby=arguments.standby)
        if settings.health_port is not None:
            where = stack.enter_context(health_endpoint(settings.health_port, service.health))
            print(f"health: {where}", file=sys.stderr, flush=True)
        run_until_stopped(service.run, report=service.report if arguments.json else None)


def spare_the_collector() -> None:
    """Look for unreachable cycles seldom: messages make none, and looking took a quarter of the time for each.

    A batch is some 30,000 objects at a time, which the collector's default of 700 looks through again and again.
    """
    gc.set_threshold(COLLECT_AFTER)


class IngestService:
    """A consumer at a time, its look at the broker, and what is told of both."""

    def __init__(self, settings: ConsumerSettings, *, standby: bool) -> None:
        self._settings = settings
        self._standby = standby
        self._consumer: Consumer | None = None
        self._probe = Probe(settings.mqtt_url, client_id=settings.client_id, subscriptions=settings.subscriptions)

    def run(self, stop: threading.Event) -> None:
        """Consume until ``stop`` is set, in turns with another process where there is a stand-by."""
        if self._standby:
            run_in_turn(self._settings.database_url, self._settings.client_id, self._consume, stop)
        else:
            self._consume(stop)

    def _consume(self, stop: threading.Event) -> None:
        consumer = self._consumer = Consumer(self._settings)
        try:
            with self._probe.looking_at(consumer.subscribed, stop):
                consumer.run(stop)
            self._probe.refuse_if_fatal()
        finally:
            self._consumer = None

    def health(self) -> Health:
        """How it is now."""
        consumer = self._consumer
        health = STANDING_BY if consumer is None else consumer.health()
        return replace(health, warnings=self._probe.warnings)

    def report(self) -> Mapping[str, object] | None:
        """The counts so far, or None while another process has the turn."""
        consumer = self._consumer
        if consumer is None:
            return None
        return asdict(consumer.progress) | {"subscribed": consumer.subscribed.is_set()}


def run_until_stopped(
    consume: Callable[[threading.Event], None], *, report: Callable[[], Mapping[str, object] | None] | None
) -> None:
    """Consume in a thread of its own, so that a signal can ask it to finish what it holds."""
    stop = threading.Event()
    failure: list[BaseException] = []

    def guarded() -> None:
        try:
            consume(stop)
        except BaseException as error:
            failure.append(error)

    consuming = threading.Thread(target=guarded, name="ingest")
    consuming.start()
    try:
        while consuming.is_alive():
            counts = None if report is None else report()
            if counts is not None:
                print(json.dumps(counts), flush=True)
            consuming.join(0.5)
    except KeyboardInterrupt:
        stop.set()
        consuming.join()
    if failure:
        raise failure[0]
