-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE release.artefact (
    release_id bigint NOT NULL,
    name text NOT NULL,
    format text NOT NULL,
    content bytea NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT pk_artefact PRIMARY KEY (release_id, name, format),
    CONSTRAINT fk_artefact_release_id_release FOREIGN KEY (release_id) REFERENCES release.release(id),
    CONSTRAINT ck_artefact_format CHECK (format = ANY (ARRAY['csv'::text, 'json'::text])),
    CONSTRAINT ck_artefact_name CHECK (name ~ '^[A-Za-z0-9_]{1,40}$'::text),
    CONSTRAINT ck_artefact_sha256 CHECK (sha256 = encode(sha256(content), 'hex'::text))
);
ALTER TABLE release.artefact OWNER TO ruv_owner;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON release.artefact
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();

CREATE TRIGGER born_together BEFORE INSERT ON release.artefact
    FOR EACH ROW EXECUTE FUNCTION release.born_together();

GRANT INSERT, SELECT ON release.artefact TO ruv_release;
