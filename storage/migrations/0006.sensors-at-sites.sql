-- A sensor that measures something else than a container is bound to a site, or to nothing but its municipality.
-- depends: 0005.plans

ALTER TABLE binding
ALTER COLUMN container_id DROP NOT NULL,
ADD COLUMN site_id bigint,
ADD FOREIGN KEY (municipality_id, site_id) REFERENCES site (municipality_id, id),
ADD CONSTRAINT one_kind_of_place CHECK (num_nonnulls(container_id, site_id) <= 1);

ALTER TABLE datastream
ADD COLUMN site_id bigint,
ADD FOREIGN KEY (municipality_id, site_id) REFERENCES site (municipality_id, id),
DROP CONSTRAINT datastream_sensor_id_container_id_observed_property_key,
ADD CONSTRAINT one_series_of_a_kind UNIQUE NULLS NOT DISTINCT (sensor_id, container_id, site_id, observed_property);
