-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE shelter_site (
    unit_id bigint NOT NULL,
    version bigint NOT NULL,
    kek_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_shelter_site PRIMARY KEY (unit_id, version),
    CONSTRAINT fk_shelter_site_kek_id_kek FOREIGN KEY (kek_id) REFERENCES kek(id),
    CONSTRAINT fk_shelter_site_unit_id_shelter FOREIGN KEY (unit_id) REFERENCES shelter(unit_id)
);
ALTER TABLE shelter_site OWNER TO ruv_owner;
ALTER TABLE shelter_site ENABLE ROW LEVEL SECURITY;
ALTER TABLE shelter_site FORCE ROW LEVEL SECURITY;

CREATE POLICY append ON shelter_site
    FOR INSERT TO ruv_app
    WITH CHECK (
        unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND (SELECT ruv.permits('shelters:manage'::text) AS permits)
        AND ('shelter_location'::text = ANY (((SELECT ruv.written() AS written))::text[]))
    );

CREATE POLICY scope ON shelter_site
    FOR SELECT TO ruv_app
    USING (
        unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND ('shelter_location'::text = ANY (((SELECT ruv.opened() AS opened))::text[]))
        OR ('shelter_location'::text = ANY (((SELECT ruv.read_in_full() AS read_in_full))::text[]))
    );

GRANT INSERT, SELECT ON shelter_site TO ruv_app;
