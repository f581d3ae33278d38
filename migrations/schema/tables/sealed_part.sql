-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE sealed_part (
    record_id bigint NOT NULL,
    compartment text NOT NULL,
    newest_key bigint NOT NULL,
    CONSTRAINT pk_sealed_part PRIMARY KEY (record_id, compartment),
    CONSTRAINT fk_sealed_part_record_id_victim FOREIGN KEY (record_id) REFERENCES victim(id)
);
ALTER TABLE sealed_part OWNER TO ruv_owner;
ALTER TABLE sealed_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_part FORCE ROW LEVEL SECURITY;

CREATE POLICY guard ON sealed_part
    FOR ALL TO ruv_guard
    USING (true);

GRANT INSERT, SELECT ON sealed_part TO ruv_guard;
GRANT UPDATE (newest_key) ON sealed_part TO ruv_guard;
