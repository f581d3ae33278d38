-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE auth_session (
    id uuid NOT NULL,
    user_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    CONSTRAINT pk_auth_session PRIMARY KEY (id),
    CONSTRAINT fk_auth_session_user_id_user_account FOREIGN KEY (user_id) REFERENCES user_account(id)
);
ALTER TABLE auth_session OWNER TO ruv_owner;
ALTER TABLE auth_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_session FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_auth_session_user_id ON auth_session USING btree (user_id);

CREATE POLICY guard ON auth_session
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY open ON auth_session
    FOR INSERT TO ruv_app
    WITH CHECK (
        ((SELECT (ruv.context()).role AS role)) = 'sign_in'::text
        AND (
            EXISTS (
                SELECT FROM user_account u WHERE u.id = auth_session.user_id AND u.approved_at IS NOT NULL
            )
        )
    );

CREATE POLICY over ON auth_session
    FOR UPDATE TO ruv_app
    USING (
        revoked_at IS NULL
        AND (
            ((SELECT (ruv.context()).role AS role)) = 'sign_in'::text
            OR user_id = ((SELECT (ruv.context()).user_id AS user_id))
            OR (SELECT ruv.permits('accounts:manage'::text) AS permits)
            AND (
                EXISTS (
                    SELECT FROM user_account u
                    WHERE u.id = auth_session.user_id
                    AND u.institution_id = ((SELECT (ruv.context()).institution_id AS institution_id))
                )
            )
        )
    )
    WITH CHECK (revoked_at IS NOT NULL);

CREATE POLICY reach ON auth_session
    FOR SELECT TO ruv_app
    USING (
        ((SELECT (ruv.context()).role AS role)) = 'sign_in'::text
        OR user_id = ((SELECT (ruv.context()).user_id AS user_id))
        OR (SELECT ruv.permits('accounts:manage'::text) AS permits)
        AND (
            EXISTS (
                SELECT FROM user_account u
                WHERE u.id = auth_session.user_id
                AND u.institution_id = ((SELECT (ruv.context()).institution_id AS institution_id))
            )
        )
    );

GRANT INSERT, SELECT ON auth_session TO ruv_app;
GRANT UPDATE (revoked_at, revoked_reason) ON auth_session TO ruv_app;
GRANT SELECT ON auth_session TO ruv_guard;
GRANT UPDATE (revoked_at, revoked_reason) ON auth_session TO ruv_guard;
