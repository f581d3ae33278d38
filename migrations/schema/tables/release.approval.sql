-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE release.approval (
    release_id bigint NOT NULL,
    user_id bigint NOT NULL,
    institution_id bigint NOT NULL,
    role text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_approval PRIMARY KEY (release_id, user_id),
    CONSTRAINT fk_approval_release_id_release FOREIGN KEY (release_id) REFERENCES release.release(id)
);
ALTER TABLE release.approval OWNER TO ruv_owner;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON release.approval
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();

CREATE TRIGGER still_open BEFORE INSERT ON release.approval
    FOR EACH ROW EXECUTE FUNCTION release.still_open();

CREATE TRIGGER two_hands BEFORE INSERT ON release.approval
    FOR EACH ROW EXECUTE FUNCTION ruv.check_approval();

GRANT SELECT (release_id, user_id) ON release.approval TO ruv_guard;
GRANT INSERT, SELECT ON release.approval TO ruv_release;
