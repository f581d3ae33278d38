-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE mandate (
    code text NOT NULL,
    unit_kinds text[] NOT NULL,
    population text NOT NULL,
    added_by text[] NOT NULL,
    compartments text[] NOT NULL,
    whole boolean NOT NULL,
    beyond text[] NOT NULL,
    needs_consent boolean NOT NULL,
    overrides boolean NOT NULL,
    ends_with text NOT NULL,
    CONSTRAINT pk_mandate PRIMARY KEY (code),
    CONSTRAINT ck_mandate_ends_with CHECK (
        ends_with = ANY (ARRAY['CASO'::text, 'ESTANCIA'::text, 'MEDIDA'::text, 'CONSENTIMIENTO'::text])
    ),
    CONSTRAINT ck_mandate_population CHECK (
        population = ANY (ARRAY['NNA'::text, 'ADULTA'::text, 'CUALQUIERA'::text])
    )
);
ALTER TABLE mandate OWNER TO ruv_owner;

GRANT SELECT ON mandate TO ruv_guard;
