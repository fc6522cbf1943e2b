-- Chunks whose readings are older than 30 days are compressed. Late readings are still stored in them.
-- depends: 1001.observation-hypertable 1002.uplink-hypertable

ALTER TABLE observation SET (
    timescaledb.compress,
    timescaledb.compress_segmentby = 'datastream_id',
    timescaledb.compress_orderby = 'phenomenon_time'
);

ALTER TABLE uplink SET (
    timescaledb.compress,
    timescaledb.compress_segmentby = 'sensor_id',
    timescaledb.compress_orderby = 'heard_at, message'
);

-- At different hours: jobs that start together were seen to deadlock.
DO $$
BEGIN
    PERFORM add_compression_policy(
        'observation',
        compress_after => INTERVAL '30 days',
        schedule_interval => INTERVAL '1 day',
        initial_start => date_trunc('day', now()) + INTERVAL '1 day 1 hour 10 minutes'
    );
    PERFORM add_compression_policy(
        'uplink',
        compress_after => INTERVAL '30 days',
        schedule_interval => INTERVAL '1 day',
        initial_start => date_trunc('day', now()) + INTERVAL '1 day 1 hour 50 minutes'
    );
END
$$;
