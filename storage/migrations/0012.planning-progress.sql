-- How far the planning jobs are, and why one failed: Procrastinate keeps neither.
-- depends: 0011.retention

-- No foreign key: the queue's tables are Procrastinate's own.
CREATE TABLE planning_progress (
    job_id bigint PRIMARY KEY,
    stage text NOT NULL,
    share double precision NOT NULL CHECK (share BETWEEN 0 AND 1),
    problem text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Routes have breaks too.
ALTER TABLE route_step DROP CONSTRAINT route_step_kind_check;
ALTER TABLE route_step
ADD CONSTRAINT route_step_kind_check CHECK (kind IN ('start', 'emptying', 'disposal', 'break', 'end'));
