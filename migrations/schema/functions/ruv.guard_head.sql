-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_head()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NEW.version <> OLD.version + 1
       OR OLD.sealed AND NOT ruv.is_whole(OLD.victim_id, OLD.record_id, OLD.compartment, OLD.version) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    NEW.sealed := true;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_head() OWNER TO ruv_guard;
