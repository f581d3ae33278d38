-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE idempotency_key (
    user_id bigint NOT NULL,
    key text NOT NULL,
    operation text NOT NULL,
    request_hash bytea NOT NULL,
    result_code text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_key PRIMARY KEY (user_id, key),
    CONSTRAINT fk_idempotency_key_user_id_user_account FOREIGN KEY (user_id) REFERENCES user_account(id)
);
ALTER TABLE idempotency_key OWNER TO ruv_owner;
ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY;

CREATE INDEX ix_idempotency_key_created_at ON idempotency_key USING btree (created_at);

CREATE POLICY guard ON idempotency_key
    FOR ALL TO ruv_guard
    USING (true);

CREATE POLICY own ON idempotency_key
    FOR ALL TO ruv_app
    USING (user_id = ((SELECT (ruv.context()).user_id AS user_id)));

GRANT INSERT, SELECT ON idempotency_key TO ruv_app;
GRANT DELETE, SELECT ON idempotency_key TO ruv_guard;
