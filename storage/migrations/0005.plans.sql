-- Plans with a decision for every container, routes with their steps, and emptyings as drivers report them.
-- depends: 0004.fleet

CREATE TABLE plan (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    depot_id bigint NOT NULL,
    date date NOT NULL,
    created_at timestamptz NOT NULL,
    superseded_at timestamptz,
    status text NOT NULL CHECK (status IN ('proposed', 'approved', 'rejected')),
    distance_m integer NOT NULL,
    duration_s integer NOT NULL,
    fixed_stops integer,
    fixed_routes integer,
    fixed_distance_m integer,
    fixed_duration_s integer,
    engines text NOT NULL,
    road_source text NOT NULL,
    UNIQUE (municipality_id, id),
    FOREIGN KEY (municipality_id, depot_id) REFERENCES depot (municipality_id, id),
    CONSTRAINT fixed_schedule_is_whole
    CHECK (num_nulls(fixed_stops, fixed_routes, fixed_distance_m, fixed_duration_s) IN (0, 4))
);

-- One plan of a depot and date counts; those that it superseded are kept.
CREATE UNIQUE INDEX one_plan_counts ON plan (depot_id, date) WHERE superseded_at IS NULL;
CREATE INDEX plan_by_date ON plan (municipality_id, date);

CREATE TABLE decision (
    plan_id bigint NOT NULL,
    municipality_id bigint NOT NULL,
    container_id bigint NOT NULL,
    urgency text NOT NULL,
    visited boolean NOT NULL,
    reason text NOT NULL,
    fill_level double precision,
    growth_per_day double precision,
    overflow_risk double precision,
    next_chance_at timestamptz,
    last_observed_at timestamptz,
    last_fill_level double precision,
    explanation jsonb NOT NULL,
    PRIMARY KEY (plan_id, container_id),
    FOREIGN KEY (municipality_id, plan_id) REFERENCES plan (municipality_id, id),
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id)
);

-- lons and lats: the line along the streets, in degrees, of equal length.
CREATE TABLE route (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    vehicle_id bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    distance_m integer NOT NULL,
    duration_s integer NOT NULL,
    lons double precision [] NOT NULL,
    lats double precision [] NOT NULL,
    UNIQUE (municipality_id, id),
    UNIQUE (plan_id, vehicle_id),
    FOREIGN KEY (municipality_id, plan_id) REFERENCES plan (municipality_id, id),
    FOREIGN KEY (municipality_id, vehicle_id) REFERENCES vehicle (municipality_id, id),
    CONSTRAINT line_is_whole CHECK (cardinality(lons) = cardinality(lats))
);

CREATE TABLE route_step (
    route_id bigint NOT NULL,
    sequence integer NOT NULL,
    municipality_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('start', 'emptying', 'disposal', 'end')),
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    arrives_at timestamptz NOT NULL,
    service_s integer NOT NULL,
    load_kg integer NOT NULL,
    load_l integer NOT NULL,
    distance_m integer NOT NULL,
    container_id bigint,
    disposal_site_id bigint,
    PRIMARY KEY (route_id, sequence),
    FOREIGN KEY (municipality_id, route_id) REFERENCES route (municipality_id, id),
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id),
    FOREIGN KEY (municipality_id, disposal_site_id) REFERENCES disposal_site (municipality_id, id)
);

-- The client makes the id, so that a report that is sent twice is one emptying.
CREATE TABLE emptying (
    id uuid PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    container_id bigint NOT NULL,
    emptied_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    observed_fill_level double precision CHECK (observed_fill_level BETWEEN 0 AND 10),
    route_id bigint,
    withdrawn_at timestamptz,
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id),
    FOREIGN KEY (municipality_id, route_id) REFERENCES route (municipality_id, id)
);

CREATE INDEX emptying_by_time ON emptying (municipality_id, emptied_at);
CREATE INDEX emptying_by_container ON emptying (container_id, emptied_at);
