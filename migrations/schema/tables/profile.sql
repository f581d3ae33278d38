-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE profile (
    victim_id bigint NOT NULL,
    sex text,
    nationality text,
    age_years smallint,
    age_min smallint,
    age_max smallint,
    age_estimated text,
    record_id bigint,
    CONSTRAINT pk_profile PRIMARY KEY (victim_id),
    CONSTRAINT fk_profile_record_id_victim FOREIGN KEY (record_id) REFERENCES victim(id),
    CONSTRAINT fk_profile_victim_id_victim FOREIGN KEY (victim_id) REFERENCES victim(id)
);
ALTER TABLE profile OWNER TO ruv_owner;
ALTER TABLE profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE profile FORCE ROW LEVEL SECURITY;

CREATE POLICY change ON profile
    FOR UPDATE TO ruv_app
    USING (
        ('identity'::text = ANY (((SELECT ruv.written() AS written))::text[]))
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = profile.victim_id
                AND (p.compartments IS NULL OR ('identity'::text = ANY (p.compartments)))
            )
        )
    );

CREATE POLICY counted ON profile
    FOR SELECT TO ruv_report
    USING (true);

CREATE POLICY fill ON profile
    FOR INSERT TO ruv_app
    WITH CHECK (
        record_id IS NULL
        AND ('identity'::text = ANY (((SELECT ruv.written() AS written))::text[]))
        AND (
            (
                EXISTS (
                    SELECT FROM participation p
                    WHERE p.victim_id = profile.victim_id
                    AND (p.compartments IS NULL OR ('identity'::text = ANY (p.compartments)))
                )
            )
            OR ruv.is_new_victim(victim_id)
        )
    );

CREATE POLICY guard ON profile
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY scope ON profile
    FOR SELECT TO ruv_app
    USING (
        ('identity'::text = ANY (((SELECT ruv.opened() AS opened))::text[]))
        AND (
            EXISTS (
                SELECT FROM participation p
                WHERE p.victim_id = profile.victim_id
                AND (p.compartments IS NULL OR ('identity'::text = ANY (p.compartments)))
            )
        )
    );

CREATE TRIGGER profile_childhood AFTER INSERT OR UPDATE OF age_years, age_min ON profile
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_childhood();

CREATE TRIGGER profile_population AFTER INSERT OR UPDATE OF age_years, age_min, nationality ON profile
    FOR EACH ROW EXECUTE FUNCTION ruv.refresh_population();

GRANT INSERT, SELECT ON profile TO ruv_app;
GRANT UPDATE (sex, nationality, age_years, age_min, age_max, age_estimated) ON profile TO ruv_app;
GRANT SELECT ON profile TO ruv_guard;
GRANT UPDATE (victim_id, record_id) ON profile TO ruv_guard;
GRANT SELECT (victim_id, sex, age_years, age_min, age_max) ON profile TO ruv_report;
