-- Sensors, where they hang and when, and their datastreams.
-- depends: 0001.containers

CREATE TABLE sensor (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    -- Unique over the whole installation: an uplink names its device, not its municipality.
    device_id text NOT NULL UNIQUE CHECK (device_id <> ''),
    model text NOT NULL,
    UNIQUE (municipality_id, id)
);

CREATE TABLE binding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL,
    sensor_id bigint NOT NULL,
    container_id bigint NOT NULL,
    bound_from timestamptz NOT NULL,
    bound_until timestamptz,
    FOREIGN KEY (municipality_id, sensor_id) REFERENCES sensor (municipality_id, id),
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id),
    CONSTRAINT bound_forwards CHECK (bound_from < bound_until),
    -- A range of one number compares like the number and needs no extension for the gist index.
    CONSTRAINT one_place_at_a_time EXCLUDE USING gist (
        int8range(sensor_id, sensor_id, '[]') WITH &&,
        tstzrange(bound_from, bound_until) WITH &&
    )
);

CREATE INDEX binding_by_sensor ON binding (sensor_id, bound_from);
CREATE INDEX binding_by_container ON binding (container_id);

CREATE TABLE datastream (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL,
    sensor_id bigint NOT NULL,
    container_id bigint,
    observed_property text NOT NULL CHECK (observed_property ~ '^[a-z][a-z0-9_]*$'),
    unit text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (sensor_id, container_id, observed_property),
    FOREIGN KEY (municipality_id, sensor_id) REFERENCES sensor (municipality_id, id),
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id)
);

CREATE INDEX datastream_by_container ON datastream (container_id, observed_property);
CREATE INDEX datastream_by_municipality ON datastream (municipality_id, observed_property);

-- What ingest knows of the devices, as a number that grows whenever it changes. A row and not a sequence, because the
-- new number must become visible together with the change, at its commit.
CREATE TABLE devices_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL
);

INSERT INTO devices_version (version)
VALUES (1);

CREATE FUNCTION raise_devices_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE devices_version SET version = version + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER raise_devices_version AFTER INSERT OR UPDATE OR DELETE ON sensor
FOR EACH STATEMENT EXECUTE FUNCTION raise_devices_version();

CREATE TRIGGER raise_devices_version AFTER INSERT OR UPDATE OR DELETE ON binding
FOR EACH STATEMENT EXECUTE FUNCTION raise_devices_version();

CREATE TRIGGER raise_devices_version AFTER INSERT OR UPDATE OR DELETE ON datastream
FOR EACH STATEMENT EXECUTE FUNCTION raise_devices_version();

CREATE TRIGGER raise_devices_version AFTER UPDATE OR DELETE ON container
FOR EACH STATEMENT EXECUTE FUNCTION raise_devices_version();
