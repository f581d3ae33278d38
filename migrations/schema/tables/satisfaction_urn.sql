-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE satisfaction_urn (
    id uuid NOT NULL,
    kek_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_satisfaction_urn PRIMARY KEY (id),
    CONSTRAINT fk_satisfaction_urn_kek_id_kek FOREIGN KEY (kek_id) REFERENCES kek(id)
);
ALTER TABLE satisfaction_urn OWNER TO ruv_owner;
ALTER TABLE satisfaction_urn ENABLE ROW LEVEL SECURITY;
ALTER TABLE satisfaction_urn FORCE ROW LEVEL SECURITY;

CREATE POLICY guard ON satisfaction_urn
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY put ON satisfaction_urn
    FOR INSERT TO ruv_app
    WITH CHECK (
        (SELECT ruv.permits('satisfaction:collect'::text) AS permits)
        OR (((SELECT (ruv.context()).role AS role)) = ANY (ARRAY['maintenance'::text, 'scheduler'::text]))
    );

GRANT INSERT ON satisfaction_urn TO ruv_app;
GRANT DELETE, SELECT ON satisfaction_urn TO ruv_guard;
