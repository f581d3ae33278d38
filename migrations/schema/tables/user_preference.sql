-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE user_preference (
    user_id bigint NOT NULL,
    language text DEFAULT 'es'::text NOT NULL,
    agreed_version text,
    agreed_at timestamp with time zone,
    text_size text DEFAULT 'normal'::text NOT NULL,
    CONSTRAINT pk_user_preference PRIMARY KEY (user_id),
    CONSTRAINT fk_user_preference_user_id_user_account FOREIGN KEY (user_id) REFERENCES user_account(id),
    CONSTRAINT ck_user_preference_language CHECK (language = ANY (ARRAY['es'::text, 'en'::text, 'quz'::text])),
    CONSTRAINT ck_user_preference_text_size CHECK (
        text_size = ANY (ARRAY['normal'::text, 'grande'::text, 'muy-grande'::text])
    )
);
ALTER TABLE user_preference OWNER TO ruv_owner;
ALTER TABLE user_preference ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_preference FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON user_preference
    FOR ALL TO ruv_app
    USING (
        ((SELECT (ruv.context()).role AS role)) = 'sign_in'::text
        OR user_id = ((SELECT (ruv.context()).user_id AS user_id))
    );

GRANT INSERT, SELECT ON user_preference TO ruv_app;
GRANT UPDATE (language, agreed_version, agreed_at, text_size) ON user_preference TO ruv_app;
