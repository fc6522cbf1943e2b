-- What each municipality wants of its collection: every text that it ever had, so that a change can be undone.
-- depends: 0020.trust

CREATE TABLE policy (
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    version integer NOT NULL CHECK (version > 0),
    text text NOT NULL,
    note text NOT NULL,
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (municipality_id, version)
);
