-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.keep_plan_seen()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_OP = 'INSERT' AND ruv.acting_unit() IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || NEW.case_id, 0));
    END IF;
    IF NEW.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')
       AND NOT ruv.given_plan(NEW.case_id, NEW.victim_id, NEW.unit_id) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.keep_plan_seen() OWNER TO ruv_guard;
