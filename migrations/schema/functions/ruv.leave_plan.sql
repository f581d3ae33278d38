-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.leave_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    l record;
    heir bigint;
    back record;
BEGIN
    SELECT p.id, p.unit_id INTO l FROM public.plan p
    WHERE p.case_id = NEW.case_id AND p.victim_id = NEW.victim_id AND p.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR');
    IF l.id IS NULL OR ruv.given_plan(NEW.case_id, NEW.victim_id, NEW.unit_id) THEN
        RETURN NULL;
    END IF;
    IF l.unit_id = NEW.unit_id THEN
        heir := ruv.plan_heir(NEW.case_id, NEW.victim_id, NEW.unit_id);
        IF heir IS NULL THEN
            RAISE EXCEPTION 'nobody else could answer for the plan' USING ERRCODE = 'RP001';
        END IF;
        PERFORM ruv.pass_plan(l.id, NEW.victim_id, heir, ruv.plan_person(NEW.case_id, NEW.victim_id, heir), 'SALIDA', NULL);
        RETURN NULL;
    END IF;
    FOR back IN UPDATE public.plan_activity a SET unit_id = l.unit_id, updated_at = now(), version = a.version + 1
                WHERE a.plan_id = l.id AND a.victim_id = NEW.victim_id AND a.unit_id = NEW.unit_id
                  AND a.state IN ('PENDIENTE', 'EN_CURSO') RETURNING a.id, a.code LOOP
        UPDATE public.clock c SET unit_id = l.unit_id, user_id = NULL
        WHERE c.subject_table = 'plan_activity' AND c.row_id = back.id AND c.victim_id = NEW.victim_id
          AND c.state IN ('CORRIENDO', 'VENCIDO');
        PERFORM ruv.tell('ACTIVIDAD_DEVUELTA', l.unit_id, back.code, NEW.victim_id, NEW.case_id, NEW.unit_id);
    END LOOP;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.leave_plan() OWNER TO ruv_guard;
