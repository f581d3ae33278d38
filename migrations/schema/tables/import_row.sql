-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE import_row (
    unit_id bigint NOT NULL,
    source text NOT NULL,
    row_key bytea NOT NULL,
    victim_id bigint NOT NULL,
    imported_by bigint NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL,
    reference_year smallint,
    CONSTRAINT pk_import_row PRIMARY KEY (unit_id, source, row_key),
    CONSTRAINT fk_import_row_imported_by_user_account FOREIGN KEY (imported_by) REFERENCES user_account(id),
    CONSTRAINT fk_import_row_unit_id_unit FOREIGN KEY (unit_id) REFERENCES unit(id),
    CONSTRAINT fk_import_row_victim_id_victim FOREIGN KEY (victim_id) REFERENCES victim(id)
);
ALTER TABLE import_row OWNER TO ruv_owner;
ALTER TABLE import_row ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_row FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_import_row_reference_year ON import_row USING btree (reference_year);

CREATE INDEX ix_import_row_victim_id ON import_row USING btree (victim_id);

CREATE POLICY append ON import_row
    FOR INSERT TO ruv_app
    WITH CHECK (
        unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND imported_by = ((SELECT (ruv.context()).user_id AS user_id))
        AND imported_at = now()
        AND (SELECT ruv.permits('imports:run'::text) AS permits)
        AND CASE
            WHEN reference_year IS NULL THEN ruv.is_new_victim(victim_id) ELSE ruv.row_is_of(victim_id)
        END
    );

CREATE POLICY guard ON import_row
    FOR SELECT TO ruv_guard
    USING (true);

CREATE POLICY own_unit ON import_row
    FOR SELECT TO ruv_app
    USING (
        unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND (SELECT ruv.permits('imports:run'::text) AS permits)
    );

GRANT INSERT, SELECT ON import_row TO ruv_app;
GRANT SELECT ON import_row TO ruv_guard;
