-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE SCHEMA release;
ALTER SCHEMA release OWNER TO ruv_owner;

CREATE SCHEMA ruv;
ALTER SCHEMA ruv OWNER TO ruv_owner;

GRANT USAGE ON SCHEMA jobs TO ruv_app;
GRANT USAGE ON SCHEMA public TO ruv_app;
GRANT USAGE ON SCHEMA public TO ruv_guard;
GRANT CREATE, USAGE ON SCHEMA public TO ruv_owner;
GRANT USAGE ON SCHEMA public TO ruv_report;
GRANT USAGE ON SCHEMA public TO ruv_sealer;
GRANT USAGE ON SCHEMA release TO ruv_guard;
GRANT USAGE ON SCHEMA release TO ruv_release;
GRANT USAGE ON SCHEMA ruv TO ruv_app;
GRANT USAGE ON SCHEMA ruv TO ruv_guard;
GRANT USAGE ON SCHEMA ruv TO ruv_report;
GRANT USAGE ON SCHEMA ruv TO ruv_sealer;
