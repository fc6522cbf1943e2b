-- Continuous aggregates in the place of the views of the same names, with the same columns. What is not materialised yet
-- is computed when it is asked for. The refresh has no beginning: it reads anew whatever late readings touched.
-- depends: 0011.retention 1001.observation-hypertable

DROP VIEW observation_hourly;
DROP VIEW observation_daily;

CREATE MATERIALIZED VIEW observation_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    datastream_id,
    time_bucket(INTERVAL '1 hour', phenomenon_time) AS bucket,
    count(*) AS observations,
    count(*) FILTER (WHERE quality <> 'good') AS suspect,
    min(result) FILTER (WHERE quality = 'good') AS minimum,
    max(result) FILTER (WHERE quality = 'good') AS maximum,
    last(result, phenomenon_time) FILTER (WHERE quality = 'good') AS last
FROM observation
GROUP BY datastream_id, bucket
WITH NO DATA;

CREATE MATERIALIZED VIEW observation_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    datastream_id,
    time_bucket(INTERVAL '1 day', phenomenon_time) AS bucket,
    count(*) AS observations,
    count(*) FILTER (WHERE quality <> 'good') AS suspect,
    min(result) FILTER (WHERE quality = 'good') AS minimum,
    max(result) FILTER (WHERE quality = 'good') AS maximum,
    last(result, phenomenon_time) FILTER (WHERE quality = 'good') AS last
FROM observation
GROUP BY datastream_id, bucket
WITH NO DATA;

DO $$
BEGIN
    PERFORM add_continuous_aggregate_policy(
        'observation_hourly',
        start_offset => NULL,
        end_offset => INTERVAL '1 hour',
        schedule_interval => INTERVAL '30 minutes',
        initial_start => date_trunc('hour', now()) + INTERVAL '1 hour 5 minutes'
    );
    PERFORM add_continuous_aggregate_policy(
        'observation_daily',
        start_offset => NULL,
        end_offset => INTERVAL '1 day',
        schedule_interval => INTERVAL '6 hours',
        initial_start => date_trunc('hour', now()) + INTERVAL '1 hour 20 minutes'
    );
END
$$;
