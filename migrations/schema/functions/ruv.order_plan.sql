-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.order_plan(plan_key bigint, victim bigint, expected bigint, taker bigint, code_of_reason text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    kase bigint := (SELECT p.case_id FROM public.plan p WHERE p.id = plan_key AND p.victim_id = victim);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || kase, 0));
    PERFORM FROM public.plan p WHERE p.id = plan_key AND p.victim_id = order_plan.victim FOR UPDATE;
    IF NOT ruv.may_order_plan(plan_key, victim)
       OR NOT EXISTS (SELECT FROM ruv.plan_takers(plan_key, victim) t WHERE t.unit_id = taker) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF NOT EXISTS (SELECT FROM public.plan p WHERE p.id = plan_key AND p.victim_id = order_plan.victim
                   AND p.version = expected) THEN
        RETURN false;
    END IF;
    PERFORM ruv.pass_plan(plan_key, victim, taker, ruv.plan_person(kase, victim, taker), 'ORDEN', code_of_reason);
    RETURN true;
END $function$;
ALTER FUNCTION ruv.order_plan(bigint,bigint,bigint,bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.order_plan(bigint,bigint,bigint,bigint,text) TO ruv_app;
