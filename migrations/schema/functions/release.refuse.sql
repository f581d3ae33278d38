-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION release.refuse()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'release.% is append-only', TG_TABLE_NAME USING ERRCODE = 'RV002';
END $function$;
ALTER FUNCTION release.refuse() OWNER TO ruv_owner;
