-- The ledger of uplinks: one small row for every message of a registered sensor, so that what is missing can be told.
-- Measured: 85 bytes a row and 57 of index, beside 480 for the four observations of a typical message.
-- depends: 0003.observations

-- message: the frame counter where there is one, else a number made from the content (below 0).
-- frame_count: -1 where there is none. source: see storage/uplinks.py. No null anywhere: a row with one is 8 bytes longer.
CREATE TABLE uplink (
    sensor_id bigint NOT NULL,
    heard_at timestamptz NOT NULL,
    message bigint NOT NULL,
    received_at timestamptz NOT NULL,
    frame_count bigint NOT NULL,
    span_s integer NOT NULL,
    ahead_s integer NOT NULL,
    stored smallint NOT NULL,
    duplicates smallint NOT NULL DEFAULT 0,
    source smallint NOT NULL,
    rejected boolean NOT NULL,
    PRIMARY KEY (sensor_id, heard_at, message)
);

-- Devices whose clock runs ahead are few.
CREATE INDEX uplink_ahead ON uplink (heard_at, sensor_id) WHERE ahead_s > 0;

-- What was stored before there was a ledger: one entry for each moment of a sensor, without a frame counter.
INSERT INTO uplink (sensor_id, heard_at, message, received_at, frame_count, span_s, ahead_s, stored, source, rejected)
SELECT
    datastream.sensor_id, observation.phenomenon_time, -1, min(observation.received_at), -1, 0, 0,
    least(count(*), 32767), 0, false
FROM observation JOIN datastream ON datastream.id = observation.datastream_id
GROUP BY datastream.sensor_id, observation.phenomenon_time;

-- The message told no time, so that of its receipt stands in. It fits into what alignment left empty.
ALTER TABLE observation ADD COLUMN server_timed boolean NOT NULL DEFAULT false;

-- Looking through what was set aside, by device and by reason.
CREATE INDEX rejection_by_device ON rejection (device_id, received_at);
CREATE INDEX rejection_by_reason ON rejection (reason, received_at);
