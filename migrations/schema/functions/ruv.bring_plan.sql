-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.bring_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    plan_key bigint := (SELECT p.id FROM public.plan p
                        WHERE p.case_id = NEW.case_id AND p.victim_id = NEW.victim_id AND p.unit_id <> NEW.unit_id
                          AND p.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR'));
BEGIN
    IF plan_key IS NOT NULL AND ruv.plan_person(NEW.case_id, NEW.victim_id, NEW.unit_id) IS NOT NULL THEN
        PERFORM ruv.pass_plan(plan_key, NEW.victim_id, NEW.unit_id, NEW.admitted_by, 'INGRESO', NULL);
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.bring_plan() OWNER TO ruv_guard;
