-- How long a municipality keeps its observations, and what is left of them by the hour and by the day.
-- depends: 0010.uplinks

-- Null: for ever.
ALTER TABLE municipality ADD COLUMN observation_retention_days integer CHECK (observation_retention_days > 0);

CREATE INDEX unclaimed_message_by_time ON unclaimed_message (received_at);

-- Minimum, maximum and last are of good observations only; null where an hour has none. Buckets begin at full hours and
-- at midnight UTC. On TimescaleDB continuous aggregates of the same names and columns take the place of these views.
CREATE VIEW observation_hourly AS
SELECT
    datastream_id,
    date_bin('1 hour', phenomenon_time, TIMESTAMPTZ '2000-01-01 00:00+00') AS bucket,
    count(*) AS observations,
    count(*) FILTER (WHERE quality <> 'good') AS suspect,
    min(result) FILTER (WHERE quality = 'good') AS minimum,
    max(result) FILTER (WHERE quality = 'good') AS maximum,
    (array_agg(result ORDER BY phenomenon_time DESC) FILTER (WHERE quality = 'good'))[1] AS last
FROM observation
GROUP BY datastream_id, bucket;

CREATE VIEW observation_daily AS
SELECT
    datastream_id,
    date_bin('1 day', phenomenon_time, TIMESTAMPTZ '2000-01-01 00:00+00') AS bucket,
    count(*) AS observations,
    count(*) FILTER (WHERE quality <> 'good') AS suspect,
    min(result) FILTER (WHERE quality = 'good') AS minimum,
    max(result) FILTER (WHERE quality = 'good') AS maximum,
    (array_agg(result ORDER BY phenomenon_time DESC) FILTER (WHERE quality = 'good'))[1] AS last
FROM observation
GROUP BY datastream_id, bucket;
