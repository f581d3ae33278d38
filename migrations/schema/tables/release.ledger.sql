-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE release.ledger (
    seq bigint NOT NULL,
    release_code text NOT NULL,
    kind text NOT NULL,
    reference_year smallint NOT NULL,
    table_name text NOT NULL,
    rho numeric NOT NULL,
    sigma numeric NOT NULL,
    workload_sha text NOT NULL,
    snapshot_sha text NOT NULL,
    code_version text NOT NULL,
    at timestamp with time zone NOT NULL,
    prev_sha text NOT NULL,
    row_sha text NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (seq),
    CONSTRAINT uq_ledger_prev_sha UNIQUE (prev_sha),
    CONSTRAINT uq_ledger_row_sha UNIQUE (row_sha),
    CONSTRAINT ck_ledger_plain CHECK (
        concat_ws(
            '_'::text, release_code, kind, table_name, workload_sha, snapshot_sha, code_version
        ) ~ '^[A-Za-z0-9_.+-]*$'::text
    ),
    CONSTRAINT ck_ledger_positive CHECK (rho > 0::numeric AND sigma > 0::numeric)
);
ALTER TABLE release.ledger OWNER TO ruv_owner;

CREATE INDEX ix_ledger_reference_year ON release.ledger USING btree (reference_year);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON release.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();

CREATE TRIGGER charge BEFORE INSERT ON release.ledger
    FOR EACH ROW EXECUTE FUNCTION release.charge();

GRANT INSERT, SELECT ON release.ledger TO ruv_release;
