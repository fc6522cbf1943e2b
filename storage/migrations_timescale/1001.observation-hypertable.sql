-- On TimescaleDB the observations become a hypertable, a chunk for every week of phenomenon time. Rows that are already
-- there move along. TimescaleDB's own index on time alone is not wanted: every query goes through the datastream.
-- depends: 0003.observations

DO $$
BEGIN
    PERFORM create_hypertable(
        'observation',
        by_range('phenomenon_time', INTERVAL '7 days'),
        if_not_exists => true,
        migrate_data => true,
        create_default_indexes => false
    );
END
$$;
