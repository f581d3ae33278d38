-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE compartment_head (
    victim_id bigint NOT NULL,
    compartment text NOT NULL,
    version bigint NOT NULL,
    filled_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    unit_id bigint NOT NULL,
    record_id bigint NOT NULL,
    sealed boolean DEFAULT true NOT NULL,
    CONSTRAINT pk_compartment_head PRIMARY KEY (victim_id, compartment, record_id),
    CONSTRAINT fk_compartment_head_record_id_victim_id_victim FOREIGN KEY (record_id, victim_id)
    REFERENCES victim(id, person_id) ON UPDATE CASCADE,
    CONSTRAINT fk_compartment_head_unit_id_unit FOREIGN KEY (unit_id) REFERENCES unit(id)
);
ALTER TABLE compartment_head OWNER TO ruv_owner;
ALTER TABLE compartment_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE compartment_head FORCE ROW LEVEL SECURITY;

CREATE POLICY advance ON compartment_head
    FOR UPDATE TO ruv_app
    USING (
        (compartment = ANY (((SELECT ruv.written() AS written))::text[]))
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR (compartment_head.compartment = ANY (p.compartments)))
            )
        )
    )
    WITH CHECK (
        (compartment = ANY (((SELECT ruv.written() AS written))::text[]))
        AND unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR (compartment_head.compartment = ANY (p.compartments)))
            )
        )
    );

CREATE POLICY fill ON compartment_head
    FOR INSERT TO ruv_app
    WITH CHECK (
        (compartment = ANY (((SELECT ruv.written() AS written))::text[]))
        AND unit_id = ((SELECT (ruv.context()).unit_id AS unit_id))
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR (compartment_head.compartment = ANY (p.compartments)))
            )
        )
    );

CREATE POLICY guard ON compartment_head
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY own_placement ON compartment_head AS RESTRICTIVE
    FOR ALL TO ruv_app
    USING (
        (compartment <> ALL (((SELECT ruv.own_only() AS own_only))::text[]))
        OR (EXISTS (SELECT FROM participation p WHERE p.victim_id = compartment_head.victim_id AND p.housed))
    );

CREATE POLICY scope ON compartment_head
    FOR SELECT TO ruv_app
    USING (
        (compartment = ANY (((SELECT ruv.listed() AS listed))::text[]))
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR (compartment_head.compartment = ANY (p.compartments)))
            )
        )
    );

CREATE TRIGGER compartment_head_next BEFORE UPDATE OF version ON compartment_head
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_head();

CREATE CONSTRAINT TRIGGER compartment_head_whole AFTER INSERT OR UPDATE OF version ON compartment_head DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ruv.check_head();

GRANT INSERT ON compartment_head TO ruv_app;
GRANT SELECT (
    victim_id, compartment, version, filled_at, updated_at, record_id, sealed
) ON compartment_head TO ruv_app;
GRANT UPDATE (version, updated_at, unit_id) ON compartment_head TO ruv_app;
GRANT SELECT ON compartment_head TO ruv_guard;
GRANT UPDATE (version) ON compartment_head TO ruv_guard;
