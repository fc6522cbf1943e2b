-- Municipalities, sites and containers. Every table carries its municipality, and the foreign keys hold it too, so that
-- no row can refer to a row of another municipality.

CREATE TABLE municipality (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]*$'),
    name text NOT NULL CHECK (name <> ''),
    time_zone text NOT NULL,
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    CHECK (west < east AND south < north)
);

CREATE TABLE fraction (
    code text PRIMARY KEY
);

INSERT INTO fraction (code)
VALUES ('residual'), ('paper'), ('glass'), ('plastics'), ('organic'), ('textile');

CREATE TABLE site (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    code text NOT NULL,
    name text NOT NULL,
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    UNIQUE (municipality_id, code),
    UNIQUE (municipality_id, id)
);

CREATE TABLE container (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    site_id bigint NOT NULL,
    code text NOT NULL,
    fraction text NOT NULL REFERENCES fraction (code),
    capacity_l integer NOT NULL CHECK (capacity_l > 0),
    address text NOT NULL,
    empty_distance_m double precision,
    full_distance_m double precision,
    bottom_share double precision,
    fullness_threshold double precision NOT NULL CHECK (fullness_threshold > 0),
    service_s integer NOT NULL CHECK (service_s >= 0),
    UNIQUE (municipality_id, code),
    UNIQUE (municipality_id, id),
    FOREIGN KEY (municipality_id, site_id) REFERENCES site (municipality_id, id),
    CONSTRAINT geometry_is_whole CHECK (num_nulls(empty_distance_m, full_distance_m, bottom_share) IN (0, 3)),
    CONSTRAINT geometry_is_possible CHECK (0 <= full_distance_m AND full_distance_m < empty_distance_m)
);

CREATE INDEX container_by_site ON container (site_id);
