CREATE TABLE set_aside_index (
    name TEXT COLLATE "C" NOT NULL,
    definition TEXT NOT NULL,
    set_aside_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_set_aside_index PRIMARY KEY (name)
);
