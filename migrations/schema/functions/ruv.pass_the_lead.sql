-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.pass_the_lead()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM ruv.arrange_cases(NEW.victim_id);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.pass_the_lead() OWNER TO ruv_guard;
