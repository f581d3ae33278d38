-- Sessions of browsers, and what a person chose for her own pages.

CREATE TABLE web_session (
    token_hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    user_id BIGINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    locked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_web_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_web_session_session_id_auth_session FOREIGN KEY(session_id) REFERENCES auth_session (id),
    CONSTRAINT fk_web_session_user_id_user_account FOREIGN KEY(user_id) REFERENCES user_account (id)
);
CREATE INDEX ix_web_session_session_id ON web_session (session_id);

CREATE TABLE user_preference (
    user_id BIGINT NOT NULL,
    language TEXT DEFAULT 'es' NOT NULL,
    agreed_version TEXT,
    agreed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_user_preference PRIMARY KEY (user_id),
    CONSTRAINT fk_user_preference_user_id_user_account FOREIGN KEY(user_id) REFERENCES user_account (id),
    CONSTRAINT ck_user_preference_language CHECK (language IN ('es', 'en', 'quz'))
);

ALTER TABLE web_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE web_session FORCE ROW LEVEL SECURITY;
ALTER TABLE user_preference ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_preference FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON web_session, user_preference TO ruv_app;
GRANT UPDATE (seen_at, locked_at) ON web_session TO ruv_app;
GRANT UPDATE (language, agreed_version, agreed_at) ON user_preference TO ruv_app;
CREATE POLICY own ON web_session TO ruv_app USING ((SELECT (ruv.context()).role) = 'sign_in');
CREATE POLICY own ON user_preference TO ruv_app USING (
    (SELECT (ruv.context()).role) = 'sign_in' OR user_id = (SELECT (ruv.context()).user_id)
);
