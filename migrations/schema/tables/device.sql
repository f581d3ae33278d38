-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE device (
    id uuid NOT NULL,
    user_id bigint NOT NULL,
    public_key bytea NOT NULL,
    label text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT pk_device PRIMARY KEY (id),
    CONSTRAINT fk_device_user_id_user_account FOREIGN KEY (user_id) REFERENCES user_account(id),
    CONSTRAINT ck_device_label CHECK (length(label) <= 60),
    CONSTRAINT ck_device_public_key CHECK (octet_length(public_key) = 65)
);
ALTER TABLE device OWNER TO ruv_owner;
ALTER TABLE device ENABLE ROW LEVEL SECURITY;
ALTER TABLE device FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_device_user_id ON device USING btree (user_id);

CREATE POLICY enrol ON device
    FOR INSERT TO ruv_app
    WITH CHECK (
        user_id = ((SELECT (ruv.context()).user_id AS user_id)) AND revoked_at IS NULL AND created_at = now()
    );

CREATE POLICY own ON device
    FOR SELECT TO ruv_app
    USING (user_id = ((SELECT (ruv.context()).user_id AS user_id)));

CREATE POLICY use ON device
    FOR UPDATE TO ruv_app
    USING (user_id = ((SELECT (ruv.context()).user_id AS user_id)) AND revoked_at IS NULL)
    WITH CHECK (user_id = ((SELECT (ruv.context()).user_id AS user_id)));

GRANT INSERT, SELECT ON device TO ruv_app;
GRANT UPDATE (seen_at, revoked_at) ON device TO ruv_app;
