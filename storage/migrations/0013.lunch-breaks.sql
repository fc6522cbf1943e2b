-- The driver's break: it begins between two local times of the shift.
-- depends: 0012.planning-progress

ALTER TABLE shift
ADD COLUMN break_earliest time,
ADD COLUMN break_latest time,
ADD COLUMN break_s integer CHECK (break_s > 0),
ADD CONSTRAINT break_is_whole CHECK (num_nonnulls(break_earliest, break_latest, break_s) IN (0, 3)),
ADD CONSTRAINT break_within_the_shift CHECK (
    starts <= break_earliest AND break_earliest <= break_latest
    AND break_latest + make_interval(secs => break_s) <= ends
);
