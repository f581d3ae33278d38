-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE victim_code (
    code text NOT NULL,
    victim_id bigint NOT NULL,
    record_id bigint NOT NULL,
    CONSTRAINT pk_victim_code PRIMARY KEY (code),
    CONSTRAINT fk_victim_code_record_id_victim_id_victim FOREIGN KEY (record_id, victim_id)
    REFERENCES victim(id, person_id) ON UPDATE CASCADE
);
ALTER TABLE victim_code OWNER TO ruv_owner;
ALTER TABLE victim_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE victim_code FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_victim_code_victim_id ON victim_code USING btree (victim_id);

CREATE POLICY guard ON victim_code
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY register ON victim_code
    FOR INSERT TO ruv_app
    WITH CHECK (ruv.is_new_victim(victim_id));

CREATE POLICY scope ON victim_code
    FOR SELECT TO ruv_app
    USING ((EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_code.victim_id)));

GRANT INSERT, SELECT ON victim_code TO ruv_app;
GRANT SELECT ON victim_code TO ruv_guard;
