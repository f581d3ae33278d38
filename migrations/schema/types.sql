-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE TYPE ruv.actor AS (
    user_id bigint,
    unit_id bigint,
    institution_id bigint,
    role text,
    unit_wide boolean
);
ALTER TYPE ruv.actor OWNER TO ruv_owner;

GRANT USAGE ON TYPE ruv.actor TO PUBLIC;
