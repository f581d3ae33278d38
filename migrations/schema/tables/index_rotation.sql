-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE index_rotation (
    key_id bigint NOT NULL,
    done_through bigint DEFAULT 0 NOT NULL,
    records bigint DEFAULT 0 NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT pk_index_rotation PRIMARY KEY (key_id),
    CONSTRAINT fk_index_rotation_key_id_kek FOREIGN KEY (key_id) REFERENCES kek(id)
);
ALTER TABLE index_rotation OWNER TO ruv_owner;

CREATE UNIQUE INDEX uq_index_rotation_open ON index_rotation USING btree ((finished_at IS NULL))
WHERE finished_at IS NULL;

GRANT SELECT ON index_rotation TO ruv_app;
GRANT SELECT ON index_rotation TO ruv_guard;
GRANT UPDATE (done_through, records) ON index_rotation TO ruv_guard;
