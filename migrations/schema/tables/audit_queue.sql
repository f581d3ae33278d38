-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE audit_queue (
    event_id bigint NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_queue PRIMARY KEY (event_id)
);
ALTER TABLE audit_queue OWNER TO ruv_owner;
ALTER TABLE audit_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_queue FORCE ROW LEVEL SECURITY;

CREATE POLICY guard ON audit_queue
    FOR INSERT TO ruv_guard
    WITH CHECK (true);

CREATE POLICY seal ON audit_queue
    FOR ALL TO ruv_sealer
    USING (true);

GRANT INSERT ON audit_queue TO ruv_guard;
GRANT DELETE, SELECT ON audit_queue TO ruv_sealer;
