-- What a vehicle measures and weighs, for signs that limit it; NULL: not known, taken to be a usual truck's.
-- depends: 0013.lunch-breaks

ALTER TABLE vehicle
ADD COLUMN height_m double precision CHECK (height_m > 0 AND height_m < 'Infinity'),
ADD COLUMN width_m double precision CHECK (width_m > 0 AND width_m < 'Infinity'),
ADD COLUMN length_m double precision CHECK (length_m > 0 AND length_m < 'Infinity'),
ADD COLUMN mass_kg integer CHECK (mass_kg > 0),
ADD COLUMN axle_load_kg integer CHECK (axle_load_kg > 0);
