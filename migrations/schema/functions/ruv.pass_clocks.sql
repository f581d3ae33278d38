-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.pass_clocks()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    heir bigint := (SELECT p.unit_id FROM public.participation p
                    WHERE p.case_id = NEW.case_id AND p.victim_id = NEW.victim_id AND p.ended_at IS NULL
                    ORDER BY p.unit_id <> NEW.unit_id, p.compartments IS NOT NULL, p.started_at, p.id LIMIT 1);
    living bigint := (SELECT l.id FROM public.plan l WHERE l.case_id = NEW.case_id AND l.victim_id = NEW.victim_id
                      AND l.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR'));
    passed record;
BEGIN
    FOR passed IN
        UPDATE public.clock c SET unit_id = heir, user_id = NULL
        WHERE c.case_id = NEW.case_id AND c.victim_id = NEW.victim_id AND c.unit_id = NEW.unit_id AND heir <> NEW.unit_id
          AND c.subject_table NOT IN ('referral', 'place_hold') AND c.state IN ('CORRIENDO', 'VENCIDO')
        RETURNING c.kind, c.subject_code, c.subject_table, c.row_id LOOP
        CONTINUE WHEN passed.subject_table = 'plan' AND passed.row_id = living
            OR passed.subject_table = 'plan_follow_up' AND EXISTS (
                SELECT FROM public.plan_follow_up f WHERE f.id = passed.row_id AND f.plan_id = living)
            OR passed.subject_table = 'plan_activity' AND EXISTS (
                SELECT FROM public.plan_activity a WHERE a.id = passed.row_id AND a.plan_id = living);
        INSERT INTO public.notice (victim_id, case_id, code, kind, unit_id, subject_code, clock_kind)
        VALUES (NEW.victim_id, NEW.case_id, ruv.new_code('AV'), 'PLAZO_RECIBIDO', heir, passed.subject_code, passed.kind);
    END LOOP;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.pass_clocks() OWNER TO ruv_guard;
