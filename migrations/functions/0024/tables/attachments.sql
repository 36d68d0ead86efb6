CREATE TABLE attachment (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width INTEGER,
    height INTEGER,
    name TEXT,
    taken_at TIMESTAMP WITH TIME ZONE,
    position geometry(POINT,4326),
    role TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    attached_at TIMESTAMP WITH TIME ZONE,
    incident_id BIGINT,
    CONSTRAINT pk_attachment PRIMARY KEY (id),
    CONSTRAINT ck_attachment_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT ck_attachment_kind CHECK (kind IN ('jpeg', 'png', 'webp', 'pdf', 'mp4')),
    CONSTRAINT ck_attachment_role CHECK (role IN ('scene', 'before', 'after', 'other')),
    CONSTRAINT ck_attachment_bytes CHECK (bytes > 0),
    CONSTRAINT ck_attachment_size CHECK ((width > 0 AND height > 0) OR (kind = 'pdf' AND num_nonnulls(width, height) = 0)),
    CONSTRAINT ck_attachment_attached CHECK (incident_id IS NULL OR attached_at IS NOT NULL),
    CONSTRAINT fk_attachment_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE INDEX ix_attachment_incident_id ON attachment (incident_id, attached_at) WHERE incident_id IS NOT NULL;
CREATE INDEX ix_attachment_sha256 ON attachment (sha256);
CREATE INDEX ix_attachment_unnamed ON attachment (uploaded_at) WHERE attached_at IS NULL;

CREATE TABLE duplicate_decision (
    incident_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    decided_by TEXT NOT NULL,
    role TEXT NOT NULL,
    organisation TEXT,
    reason TEXT,
    CONSTRAINT pk_duplicate_decision PRIMARY KEY (incident_id, other_id),
    CONSTRAINT ck_duplicate_decision_in_order CHECK (incident_id < other_id),
    CONSTRAINT fk_duplicate_decision_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id),
    CONSTRAINT fk_duplicate_decision_other_id FOREIGN KEY(other_id) REFERENCES incident (id)
);
CREATE INDEX ix_duplicate_decision_other_id ON duplicate_decision (other_id);
