-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE sign_in_try (
    name bytea NOT NULL,
    source bytea NOT NULL,
    failures bigint DEFAULT 0 NOT NULL,
    failed_at timestamp with time zone,
    known boolean DEFAULT false NOT NULL,
    kept_until timestamp with time zone NOT NULL,
    CONSTRAINT pk_sign_in_try PRIMARY KEY (name, source)
);
ALTER TABLE sign_in_try OWNER TO ruv_owner;
ALTER TABLE sign_in_try ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_try FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_sign_in_try_kept_until ON sign_in_try USING btree (kept_until);

CREATE POLICY counted ON sign_in_try
    FOR INSERT TO ruv_app
    WITH CHECK (((SELECT (ruv.context()).role AS role)) = 'sign_in'::text);

CREATE POLICY counted_again ON sign_in_try
    FOR UPDATE TO ruv_app
    USING (
        ((SELECT (ruv.context()).role AS role)) = 'sign_in'::text
        OR (SELECT ruv.permits('accounts:manage'::text) AS permits)
    );

CREATE POLICY guard ON sign_in_try
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY seen ON sign_in_try
    FOR SELECT TO ruv_app
    USING (
        ((SELECT (ruv.context()).role AS role)) = 'sign_in'::text
        OR (SELECT ruv.permits('accounts:manage'::text) AS permits)
    );

GRANT INSERT, SELECT ON sign_in_try TO ruv_app;
GRANT UPDATE (failures, failed_at, known, kept_until) ON sign_in_try TO ruv_app;
GRANT DELETE, SELECT ON sign_in_try TO ruv_guard;
GRANT UPDATE (kept_until) ON sign_in_try TO ruv_guard;
