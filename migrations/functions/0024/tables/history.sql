CREATE TABLE history (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    incident_id BIGINT,
    zone_id BIGINT,
    plan_id BIGINT,
    before JSONB,
    after JSONB,
    CONSTRAINT pk_history PRIMARY KEY (seq),
    CONSTRAINT ck_history_action CHECK (action ~ '^[a-z_]+[.][a-z0-9_]+$'),
    CONSTRAINT ck_history_actor CHECK (actor <> ''),
    CONSTRAINT fk_history_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id),
    CONSTRAINT fk_history_zone_id FOREIGN KEY(zone_id) REFERENCES zone (id),
    CONSTRAINT fk_history_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id)
);
CREATE INDEX ix_history_incident_id ON history (incident_id, seq) WHERE incident_id IS NOT NULL;
CREATE INDEX ix_history_plan_id ON history (plan_id, seq) WHERE plan_id IS NOT NULL;
CREATE INDEX ix_history_rerouting ON history (seq) WHERE action = 'routing.again';
CREATE INDEX ix_history_rules ON history (seq) WHERE action = 'rules.change';
CREATE INDEX ix_history_zone_id ON history (zone_id, seq) WHERE zone_id IS NOT NULL;

CREATE TABLE history_incident (
    incident_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT pk_history_incident PRIMARY KEY (incident_id, seq),
    CONSTRAINT fk_history_incident_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id),
    CONSTRAINT fk_history_incident_seq FOREIGN KEY(seq) REFERENCES history (seq)
);
CREATE INDEX ix_history_incident_seq ON history_incident (seq);
