-- The ledger of uplinks as a hypertable, a chunk for every week. TimescaleDB's own index on time alone is not wanted.
-- depends: 0010.uplinks 1001.observation-hypertable

DO $$
BEGIN
    PERFORM create_hypertable(
        'uplink',
        by_range('heard_at', INTERVAL '7 days'),
        if_not_exists => true,
        migrate_data => true,
        create_default_indexes => false
    );
END
$$;
