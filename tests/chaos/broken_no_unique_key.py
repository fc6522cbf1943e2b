"""``halfvol ingest``, broken on purpose: its table of observations has no unique key."""

import os
import sys

import psycopg

from deploy.cli import main

with psycopg.connect(os.environ["HALFVOL_DATABASE_URL"]) as connection:
    connection.execute("ALTER TABLE observation DROP CONSTRAINT IF EXISTS observation_pkey")
sys.exit(main(["ingest", *sys.argv[1:]]))
