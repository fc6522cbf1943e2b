"""The servers that Halfvol carries with it: PostgreSQL and the NATS server."""
