-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.narrow_views()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM ruv.narrow_person(NEW.victim_id);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.narrow_views() OWNER TO ruv_guard;
