-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.acting_unit()
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF nullif(current_setting('ruv.context', true), '') IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (ruv.context()).unit_id;
END $function$;
ALTER FUNCTION ruv.acting_unit() OWNER TO ruv_guard;
