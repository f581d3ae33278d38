-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_with_stay()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM ruv.end_stay_mandates(OLD.case_id, NEW.victim_id, OLD.unit_id);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.end_with_stay() OWNER TO ruv_guard;
