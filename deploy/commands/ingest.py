"""Store what the broker delivers: every message is acknowledged after the commit that holds it.

Runs until Ctrl-C or SIGTERM. When the database or the broker is away it waits and goes on by itself; nothing is lost
meanwhile, because nothing is acknowledged."""

from __future__ import annotations

import argparse
import json
import threading
from dataclasses import asdict

from deploy.services import database_url, mqtt_url
from deploy.settings import Settings
from ingest.consumer import Consumer, ConsumerSettings
from ingest.sources import SUBSCRIPTIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--json", action="store_true", help="print the counts as one line of JSON, twice a second")
    parser.add_argument(
        "--fail-fast", action="store_true", help="end with an error when database or broker are away at the start"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Consume until stopped; what was received by then is stored and acknowledged first."""
    with database_url(settings) as database, mqtt_url(settings) as broker:
        consumer = Consumer(
            ConsumerSettings(
                database_url=database,
                mqtt_url=broker,
                client_id=settings.mqtt_client_id,
                subscriptions=settings.mqtt_topics or SUBSCRIPTIONS,
                batch_messages=settings.ingest_batch,
                inbox_messages=max(20_000, 2 * settings.ingest_batch),
                fail_fast=arguments.fail_fast,
            )
        )
        run_until_stopped(consumer, report=arguments.json)


def run_until_stopped(consumer: Consumer, *, report: bool) -> None:
    """Run the consumer in a thread of its own, so that a signal can ask it to finish what it holds."""
    stop = threading.Event()
    failure: list[BaseException] = []

    def consume() -> None:
        try:
            consumer.run(stop)
        except BaseException as error:
            failure.append(error)

    consuming = threading.Thread(target=consume, name="ingest")
    consuming.start()
    try:
        while consuming.is_alive():
            if report:
                counts = asdict(consumer.progress) | {"subscribed": consumer.subscribed.is_set()}
                print(json.dumps(counts), flush=True)
            consuming.join(0.5)
    except KeyboardInterrupt:
        stop.set()
        consuming.join()
    if failure:
        raise failure[0]
