-- Visits that somebody asked for: a resident's complaint, a driver who could not empty, the operator.
-- depends: 0021.policy

-- The client makes the id, so that a request that is sent twice is one. It is open until the container is emptied after
-- it, which the emptyings tell, or it is withdrawn.
CREATE TABLE visit_request (
    id uuid PRIMARY KEY,
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    container_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('complaint', 'driver', 'operator')),
    requested_at timestamptz NOT NULL,
    note text NOT NULL,
    route_id bigint,
    withdrawn_at timestamptz,
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id),
    FOREIGN KEY (municipality_id, route_id) REFERENCES route (municipality_id, id)
);

CREATE INDEX visit_request_by_container ON visit_request (municipality_id, container_id, requested_at);
