-- How far each sensor can be trusted, what has been learned of a town's filling, and earlier capacities and places.
-- depends: 0012.planning-progress

-- The judgement of the newest night; the sensor's datastreams hold what it rests on.
CREATE TABLE sensor_health (
    sensor_id bigint PRIMARY KEY REFERENCES sensor (id),
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    container_id bigint NOT NULL,
    health text NOT NULL,
    since timestamptz NOT NULL,
    reason text NOT NULL,
    trust double precision CHECK (trust BETWEEN 0 AND 1),
    judged_at timestamptz NOT NULL,
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id)
);

CREATE INDEX sensor_health_by_container ON sensor_health (container_id);

-- Arrays as numpy saves them; it can be learned anew from the observations at any time.
CREATE TABLE fill_model (
    municipality_id bigint PRIMARY KEY REFERENCES municipality (id),
    learned_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    model bytea NOT NULL
);

-- What a container was before each change of its capacity or place.
CREATE TABLE container_change (
    container_id bigint NOT NULL REFERENCES container (id),
    changed_at timestamptz NOT NULL DEFAULT now(),
    capacity_l integer NOT NULL,
    site_id bigint NOT NULL,
    PRIMARY KEY (container_id, changed_at)
);

CREATE FUNCTION keep_container_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO container_change (container_id, capacity_l, site_id)
    VALUES (old.id, old.capacity_l, old.site_id)
    ON CONFLICT DO NOTHING;
    RETURN new;
END
$$;

CREATE TRIGGER keep_container_change AFTER UPDATE OF capacity_l, site_id ON container
FOR EACH ROW WHEN (old.capacity_l <> new.capacity_l OR old.site_id <> new.site_id)
EXECUTE FUNCTION keep_container_change();
