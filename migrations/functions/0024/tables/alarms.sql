CREATE TABLE queue_alarm (
    kind TEXT NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_queue_alarm PRIMARY KEY (kind),
    CONSTRAINT ck_queue_alarm_kind CHECK (kind IN ('unassigned', 'near_due'))
);

-- One row of each kind: thresholds are set, never added.
INSERT INTO queue_alarm (kind) VALUES ('unassigned'), ('near_due');
