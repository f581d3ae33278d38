-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TABLE indicator_snapshot (
    year smallint NOT NULL,
    taken_at timestamp with time zone DEFAULT now() NOT NULL,
    figures jsonb NOT NULL,
    CONSTRAINT pk_indicator_snapshot PRIMARY KEY (year)
);
ALTER TABLE indicator_snapshot OWNER TO ruv_owner;

GRANT INSERT, SELECT, UPDATE ON indicator_snapshot TO ruv_report;
