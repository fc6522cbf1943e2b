-- Depots, disposal sites, vehicles, shifts, collection rounds and roads.
-- depends: 0001.containers

CREATE TABLE depot (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    name text NOT NULL CHECK (name <> ''),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    UNIQUE (municipality_id, name),
    UNIQUE (municipality_id, id)
);

CREATE TABLE disposal_site (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    name text NOT NULL CHECK (name <> ''),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    service_s integer NOT NULL CHECK (service_s >= 0),
    UNIQUE (municipality_id, name),
    UNIQUE (municipality_id, id)
);

CREATE TABLE disposal_site_fraction (
    disposal_site_id bigint NOT NULL REFERENCES disposal_site (id),
    fraction text NOT NULL REFERENCES fraction (code),
    PRIMARY KEY (disposal_site_id, fraction)
);

CREATE TABLE vehicle (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    depot_id bigint NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    capacity_kg integer NOT NULL CHECK (capacity_kg > 0),
    capacity_l integer NOT NULL CHECK (capacity_l > 0),
    UNIQUE (municipality_id, name),
    UNIQUE (municipality_id, id),
    FOREIGN KEY (municipality_id, depot_id) REFERENCES depot (municipality_id, id)
);

CREATE TABLE vehicle_fraction (
    vehicle_id bigint NOT NULL REFERENCES vehicle (id),
    fraction text NOT NULL REFERENCES fraction (code),
    PRIMARY KEY (vehicle_id, fraction)
);

-- Local times; weekday is ISO: 1 = Monday.
CREATE TABLE shift (
    vehicle_id bigint NOT NULL REFERENCES vehicle (id),
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    starts time NOT NULL,
    ends time NOT NULL,
    PRIMARY KEY (vehicle_id, weekday),
    CONSTRAINT ends_after_it_starts CHECK (starts < ends)
);

CREATE TABLE collection_round (
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    fraction text NOT NULL REFERENCES fraction (code),
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    PRIMARY KEY (municipality_id, fraction, weekday)
);

CREATE TABLE road_graph (
    municipality_id bigint PRIMARY KEY REFERENCES municipality (id),
    name text NOT NULL,
    graph bytea NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now()
);
