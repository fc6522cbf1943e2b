"""``halfvol ingest``, broken on purpose: acknowledges what it has not stored yet."""

import sys
import time

from deploy.cli import main
from ingest.consumer import Consumer

write = Consumer._write  # pyright: ignore[reportPrivateUsage]


def acknowledge_and_write(self, batch, writer, session, halt):  # pyright: ignore[reportMissingParameterType]
    session.acknowledge(batch)
    time.sleep(1.0)  # a busy database
    return write(self, batch, writer, session, halt)


Consumer._write = acknowledge_and_write  # pyright: ignore[reportPrivateUsage]
sys.exit(main(["ingest", *sys.argv[1:]]))
