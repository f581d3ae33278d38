-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE refresh_token (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    user_id bigint NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT pk_refresh_token PRIMARY KEY (token_hash),
    CONSTRAINT fk_refresh_token_session_id_auth_session FOREIGN KEY (session_id) REFERENCES auth_session(id),
    CONSTRAINT fk_refresh_token_user_id_user_account FOREIGN KEY (user_id) REFERENCES user_account(id)
);
ALTER TABLE refresh_token OWNER TO ruv_owner;
ALTER TABLE refresh_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_token FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_refresh_token_session_id ON refresh_token USING btree (session_id);

CREATE POLICY own ON refresh_token
    FOR ALL TO ruv_app
    USING (((SELECT (ruv.context()).role AS role)) = 'sign_in'::text);

GRANT INSERT, SELECT ON refresh_token TO ruv_app;
GRANT UPDATE (used_at) ON refresh_token TO ruv_app;
