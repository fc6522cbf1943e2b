-- The saving measured on the town's own days: both worlds of every date, and where containers stand in the other one.
-- depends: 0020.trust

CREATE TABLE compared_day (
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    date date NOT NULL,
    driven text NOT NULL CHECK (driven IN ('halfvol', 'fixed_schedule')),
    known_at timestamptz NOT NULL,
    began_on date NOT NULL,
    containers integer NOT NULL,
    settled_share double precision NOT NULL CHECK (settled_share BETWEEN 0 AND 1),
    trusted_share double precision NOT NULL CHECK (trusted_share BETWEEN 0 AND 1),
    estimated boolean NOT NULL,
    problem text,
    emptied_share double precision CHECK (emptied_share BETWEEN 0 AND 1),
    extra_emptyings integer,
    overflow_days double precision,
    heard_share double precision CHECK (heard_share BETWEEN 0 AND 1),
    PRIMARY KEY (municipality_id, date),
    CONSTRAINT looked_back_is_whole CHECK (num_nulls(extra_emptyings, overflow_days, heard_share) IN (0, 3))
);

CREATE TABLE compared_side (
    municipality_id bigint NOT NULL,
    date date NOT NULL,
    world text NOT NULL CHECK (world IN ('halfvol', 'fixed_schedule')),
    distance_m integer NOT NULL,
    duration_s integer NOT NULL,
    vehicles integer NOT NULL,
    stops integer NOT NULL,
    kg integer NOT NULL,
    cost integer NOT NULL,
    overflow_days double precision NOT NULL,
    overflow_sd double precision NOT NULL,
    unserved integer NOT NULL,
    PRIMARY KEY (municipality_id, date, world),
    FOREIGN KEY (municipality_id, date) REFERENCES compared_day (municipality_id, date) ON DELETE CASCADE
);

-- Where the containers whose state changed stood in a world that was not driven, after the collection of a date.
CREATE TABLE other_level (
    municipality_id bigint NOT NULL,
    world text NOT NULL CHECK (world IN ('halfvol', 'fixed_schedule')),
    container_id bigint NOT NULL,
    date date NOT NULL,
    at timestamptz NOT NULL,
    level double precision NOT NULL,
    level_sd double precision NOT NULL,
    emptied_at timestamptz,
    emptied_here boolean NOT NULL,
    PRIMARY KEY (municipality_id, world, container_id, date),
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id)
);
