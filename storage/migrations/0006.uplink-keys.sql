-- Keys that devices and network servers show when they hand over uplinks by HTTP.
-- depends: 0006.sensors-at-sites

-- digest: SHA-256 of the key, which is random and long enough to need no salt; the key itself is kept nowhere.
-- device_id: the only device that the key speaks for; null where it is that of a network server.
CREATE TABLE uplink_key (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    name text NOT NULL CHECK (name <> ''),
    device_id text CHECK (device_id <> ''),
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    UNIQUE (municipality_id, name)
);
