-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE ruv.context_key (
    only_row boolean DEFAULT true NOT NULL,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL,
    CONSTRAINT context_key_pkey PRIMARY KEY (only_row),
    CONSTRAINT context_key_inner_pad_check CHECK (length(inner_pad) = 64),
    CONSTRAINT context_key_only_row_check CHECK (only_row),
    CONSTRAINT context_key_outer_pad_check CHECK (length(outer_pad) = 64)
);
ALTER TABLE ruv.context_key OWNER TO ruv_guard;
