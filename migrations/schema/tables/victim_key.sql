-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE victim_key (
    victim_id bigint NOT NULL,
    compartment text NOT NULL,
    version bigint NOT NULL,
    kek_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    record_id bigint NOT NULL,
    CONSTRAINT pk_victim_key PRIMARY KEY (victim_id, compartment, record_id, version),
    CONSTRAINT fk_victim_key_kek_id_kek FOREIGN KEY (kek_id) REFERENCES kek(id),
    CONSTRAINT fk_victim_key_record_id_victim_id_victim FOREIGN KEY (record_id, victim_id)
    REFERENCES victim(id, person_id) ON UPDATE CASCADE
);
ALTER TABLE victim_key OWNER TO ruv_owner;
ALTER TABLE victim_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE victim_key FORCE ROW LEVEL SECURITY;

CREATE POLICY append ON victim_key
    FOR INSERT TO ruv_app
    WITH CHECK (
        (
            compartment = 'coordination'::text
            OR (compartment = ANY (((SELECT ruv.written() AS written))::text[]))
        )
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = victim_key.victim_id
                AND (
                    victim_key.compartment = 'coordination'::text
                    OR p.compartments IS NULL
                    OR (victim_key.compartment = ANY (p.compartments))
                )
            )
        )
    );

CREATE POLICY guard ON victim_key
    FOR SELECT TO ruv_guard
    USING (true);

CREATE POLICY own_placement ON victim_key AS RESTRICTIVE
    FOR ALL TO ruv_app
    USING (
        (compartment <> ALL (((SELECT ruv.own_only() AS own_only))::text[]))
        OR (EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_key.victim_id AND p.housed))
    );

CREATE POLICY scope ON victim_key
    FOR SELECT TO ruv_app
    USING (
        (
            compartment = 'coordination'::text
            OR (compartment = ANY (((SELECT ruv.opened() AS opened))::text[]))
        )
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = victim_key.victim_id
                AND (
                    victim_key.compartment = 'coordination'::text
                    OR p.compartments IS NULL
                    OR (victim_key.compartment = ANY (p.compartments))
                )
            )
        )
    );

CREATE TRIGGER victim_key_next AFTER INSERT ON victim_key REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ruv.check_keys();

GRANT INSERT, SELECT ON victim_key TO ruv_app;
GRANT SELECT ON victim_key TO ruv_guard;
