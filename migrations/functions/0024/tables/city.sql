CREATE TABLE city (
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT,
    timezone TEXT NOT NULL,
    metric_srid INTEGER NOT NULL,
    centre geometry(POINT,4326) NOT NULL,
    zoom FLOAT NOT NULL,
    outside_limit_m FLOAT NOT NULL,
    attribution_zh TEXT DEFAULT '' NOT NULL,
    attribution_en TEXT DEFAULT '' NOT NULL,
    only_one BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT pk_city PRIMARY KEY (code),
    CONSTRAINT ck_city_only_one CHECK (only_one),
    CONSTRAINT ck_city_code CHECK (code ~ '^[0-9]{6}$'),
    CONSTRAINT ck_city_outside_limit CHECK (outside_limit_m >= 0),
    CONSTRAINT uq_city_only_one UNIQUE (only_one)
);

CREATE TABLE dataset (
    code TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    notice_zh TEXT NOT NULL,
    notice_en TEXT NOT NULL,
    licence TEXT,
    attribution TEXT,
    synthetic BOOLEAN NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    contents JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_dataset PRIMARY KEY (code)
);
