-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE shelter (
    unit_id bigint NOT NULL,
    type text NOT NULL,
    department text NOT NULL,
    populations text[] NOT NULL,
    active boolean DEFAULT true NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT pk_shelter PRIMARY KEY (unit_id),
    CONSTRAINT fk_shelter_unit_id_unit FOREIGN KEY (unit_id) REFERENCES unit(id),
    CONSTRAINT ck_shelter_type CHECK (
        type = ANY (ARRAY['CAR'::text, 'CAR_ESPECIALIZADO'::text, 'HRT'::text, 'ALBERGUE_PRIVADO'::text])
    )
);
ALTER TABLE shelter OWNER TO ruv_owner;
ALTER TABLE shelter ENABLE ROW LEVEL SECURITY;
ALTER TABLE shelter FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_shelter_department ON shelter USING btree (department) WHERE active;

CREATE POLICY change ON shelter
    FOR UPDATE TO ruv_app
    USING (
        unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND (SELECT ruv.permits('shelters:manage'::text) AS permits)
    );

CREATE POLICY declare ON shelter
    FOR INSERT TO ruv_app
    WITH CHECK (
        ((SELECT (ruv.context()).role AS role)) = 'setup'::text
        OR unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND (SELECT ruv.permits('shelters:manage'::text) AS permits)
    );

CREATE POLICY guard ON shelter
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY scope ON shelter
    FOR SELECT TO ruv_app
    USING (
        unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        OR (SELECT ruv.shows_shelters() AS shows_shelters)
        OR ((SELECT (ruv.context()).role AS role)) = 'setup'::text
    );

GRANT INSERT, SELECT ON shelter TO ruv_app;
GRANT UPDATE (type, department, populations, active, updated_at, version) ON shelter TO ruv_app;
GRANT SELECT ON shelter TO ruv_guard;
