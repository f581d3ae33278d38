-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE web_session (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    user_id bigint NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    locked_at timestamp with time zone,
    CONSTRAINT pk_web_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_web_session_session_id_auth_session FOREIGN KEY (session_id) REFERENCES auth_session(id),
    CONSTRAINT fk_web_session_user_id_user_account FOREIGN KEY (user_id) REFERENCES user_account(id)
);
ALTER TABLE web_session OWNER TO ruv_owner;
ALTER TABLE web_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE web_session FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_web_session_session_id ON web_session USING btree (session_id);

CREATE POLICY own ON web_session
    FOR ALL TO ruv_app
    USING (((SELECT (ruv.context()).role AS role)) = 'sign_in'::text);

GRANT INSERT, SELECT ON web_session TO ruv_app;
GRANT UPDATE (seen_at, locked_at) ON web_session TO ruv_app;
