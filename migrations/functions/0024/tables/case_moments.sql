CREATE TABLE case_moment (
    incident_id BIGINT NOT NULL,
    stage TEXT NOT NULL,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    left_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_state TEXT NOT NULL,
    reworks INTEGER,
    send_backs INTEGER,
    extensions INTEGER,
    CONSTRAINT pk_case_moment PRIMARY KEY (incident_id, stage, left_at),
    CONSTRAINT ck_case_moment_stage CHECK (stage IN ('total', 'accept', 'verify', 'file', 'dispatch', 'handle', 'check', 'evaluate'))
);
CREATE INDEX ix_case_moment_stage_due_at ON case_moment (stage, due_at) INCLUDE (incident_id, left_at);
CREATE INDEX ix_case_moment_stage_left_at ON case_moment (stage, left_at) INCLUDE (incident_id, due_at);
