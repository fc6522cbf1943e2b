-- Runs of evaluations that workers share.
-- depends: 0020.trust

-- Simulated towns belong to no municipality. Results of other code are other rows: workers on several hosts may differ.
CREATE TABLE evaluation_run (
    key text NOT NULL,
    code text NOT NULL,
    task jsonb NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    result jsonb,
    problem text,
    PRIMARY KEY (key, code),
    CHECK (result IS NULL OR problem IS NULL)
);
