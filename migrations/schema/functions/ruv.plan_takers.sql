-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.plan_takers(plan_key bigint, victim bigint)
 RETURNS TABLE(unit_id bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
BEGIN
    IF ruv.may_order_plan(plan_key, victim) THEN
        RETURN QUERY
            SELECT DISTINCT q.unit_id FROM public.plan p
            JOIN public.participation q ON q.case_id = p.case_id AND q.victim_id = p.victim_id AND q.ended_at IS NULL
            JOIN public.unit u ON u.id = q.unit_id
            WHERE p.id = plan_key AND p.victim_id = plan_takers.victim AND q.unit_id <> p.unit_id
              AND (shows OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT'))
              AND ruv.plan_person(p.case_id, p.victim_id, q.unit_id) IS NOT NULL;
    END IF;
END $function$;
ALTER FUNCTION ruv.plan_takers(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.plan_takers(bigint,bigint) TO ruv_app;
