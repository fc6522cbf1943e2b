-- What the night's judgement made of readings and emptyings, and the batteries of the sensors.
-- depends: 0020.trust

-- quality is the judgement in force. received_quality: what the message said by itself, where the night judged
-- otherwise; null: the same. cleaned: the value as it probably was; null: as measured.
ALTER TABLE observation
ADD COLUMN received_quality quality,
ADD COLUMN cleaned double precision;

-- Emptyings that readings show and those that drivers reported, laid side by side: it happened between begins_at and
-- ends_at. confidence: probability that the container was emptied at all. Each night writes its last days anew.
CREATE TABLE judged_emptying (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id bigint NOT NULL,
    container_id bigint NOT NULL,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    verdict text NOT NULL,
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    level_before double precision,
    level_after double precision,
    reported_at timestamptz,
    emptying_id uuid REFERENCES emptying (id),
    CHECK (begins_at <= ends_at),
    FOREIGN KEY (municipality_id, container_id) REFERENCES container (municipality_id, id)
);

CREATE INDEX judged_emptying_by_time ON judged_emptying (municipality_id, ends_at);
CREATE INDEX judged_emptying_by_container ON judged_emptying (container_id, ends_at);

-- Voltages at 10 degrees Celsius: now, and when it was first judged or its cell was renewed.
CREATE TABLE sensor_battery (
    sensor_id bigint PRIMARY KEY REFERENCES sensor (id),
    municipality_id bigint NOT NULL REFERENCES municipality (id),
    voltage_v double precision NOT NULL,
    first_v double precision NOT NULL,
    low boolean NOT NULL,
    judged_at timestamptz NOT NULL
);
