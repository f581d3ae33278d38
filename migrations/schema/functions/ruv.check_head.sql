-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.check_head()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT NEW.sealed OR TG_OP = 'INSERT' AND NEW.version <> 1
       OR NOT ruv.is_whole(NEW.victim_id, NEW.record_id, NEW.compartment, NEW.version) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.check_head() OWNER TO ruv_guard;
