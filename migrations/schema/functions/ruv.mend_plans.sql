-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.mend_plans()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    l record;
    heir bigint;
    mended integer := 0;
BEGIN
    FOR l IN SELECT p.id, p.victim_id, p.case_id, p.unit_id FROM public.plan p
             WHERE p.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')
               AND NOT ruv.given_plan(p.case_id, p.victim_id, p.unit_id) LOOP
        heir := ruv.plan_heir(l.case_id, l.victim_id, l.unit_id);
        IF heir IS NOT NULL THEN
            PERFORM ruv.pass_plan(l.id, l.victim_id, heir, ruv.plan_person(l.case_id, l.victim_id, heir), 'REPARACION', NULL);
            mended := mended + 1;
        END IF;
    END LOOP;
    RETURN mended;
END $function$;
ALTER FUNCTION ruv.mend_plans() OWNER TO ruv_guard;
