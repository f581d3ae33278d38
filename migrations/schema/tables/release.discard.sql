-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE release.discard (
    release_id bigint NOT NULL,
    user_id bigint NOT NULL,
    institution_id bigint NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_discard PRIMARY KEY (release_id),
    CONSTRAINT fk_discard_release_id_release FOREIGN KEY (release_id) REFERENCES release.release(id),
    CONSTRAINT ck_discard_reason CHECK (length(btrim(reason)) >= 10 AND length(btrim(reason)) <= 300)
);
ALTER TABLE release.discard OWNER TO ruv_owner;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON release.discard
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();

CREATE TRIGGER still_open BEFORE INSERT ON release.discard
    FOR EACH ROW EXECUTE FUNCTION release.still_open();

GRANT INSERT, SELECT ON release.discard TO ruv_release;
