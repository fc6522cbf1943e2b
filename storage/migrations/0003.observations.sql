-- Observations, the latest of each datastream, and the messages that could not become observations.
-- depends: 0002.sensors

CREATE TYPE quality AS ENUM ('good', 'range', 'clock', 'no_echo', 'false_echo', 'spike', 'stuck', 'tilted');

-- The municipality is that of the datastream. No foreign key: it would cost a look-up for every row, and datastreams
-- are never deleted (see the trigger below).
CREATE TABLE observation (
    datastream_id bigint NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    result double precision NOT NULL,
    quality quality NOT NULL,
    PRIMARY KEY (datastream_id, phenomenon_time)
);

-- The newest good observation of a datastream; as long as there is none, the newest suspect one.
CREATE TABLE latest_observation (
    datastream_id bigint PRIMARY KEY,
    phenomenon_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    result double precision NOT NULL,
    quality quality NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION refuse_to_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'datastreams are never deleted: their observations would lose their meaning';
END
$$;

CREATE TRIGGER refuse_to_delete BEFORE DELETE ON datastream
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_delete();

-- digest: SHA-256 of topic and payload, so that a message that the broker delivers again is kept once.
-- municipality_id: that of the device, or the one that the topic names; null where neither is known.
CREATE TABLE rejection (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint REFERENCES municipality (id),
    digest bytea NOT NULL UNIQUE,
    topic text NOT NULL,
    payload bytea NOT NULL,
    received_at timestamptz NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    device_id text
);

CREATE INDEX rejection_by_time ON rejection (received_at DESC, id DESC);

CREATE TABLE unclaimed_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    topic text NOT NULL,
    payload bytea NOT NULL,
    received_at timestamptz NOT NULL,
    source text NOT NULL,
    device_id text NOT NULL,
    model text
);

CREATE INDEX unclaimed_message_by_device ON unclaimed_message (device_id, received_at);
