CREATE TABLE queue_alarm (
    kind TEXT NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_queue_alarm PRIMARY KEY (kind),
    CONSTRAINT ck_queue_alarm_kind CHECK (kind IN ('unassigned', 'near_due'))
);
