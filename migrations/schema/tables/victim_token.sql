-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE victim_token (
    token bigint NOT NULL,
    victim_id bigint NOT NULL,
    kind smallint DEFAULT 1 NOT NULL,
    key_version smallint DEFAULT 1 NOT NULL,
    CONSTRAINT pk_victim_token PRIMARY KEY (token, victim_id) INCLUDE (kind),
    CONSTRAINT fk_victim_token_victim_id_victim FOREIGN KEY (victim_id) REFERENCES victim(id)
);
ALTER TABLE victim_token OWNER TO ruv_owner;
ALTER TABLE victim_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE victim_token FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_victim_token_victim_id ON victim_token USING btree (victim_id);

CREATE POLICY guard ON victim_token
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY register ON victim_token
    FOR INSERT TO ruv_app
    WITH CHECK (
        (EXISTS (SELECT FROM victim v WHERE v.id = victim_token.victim_id))
        AND ('identity'::text = ANY (((SELECT ruv.written() AS written))::text[]))
    );

GRANT INSERT ON victim_token TO ruv_app;
GRANT DELETE, INSERT, SELECT ON victim_token TO ruv_guard;
