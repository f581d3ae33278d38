-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_order_plan(plan_key bigint, victim bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
BEGIN
    RETURN ruv.permits('plans:hand-over')
       AND EXISTS (SELECT FROM public.plan p JOIN public.unit u ON u.id = own
                   WHERE p.id = plan_key AND p.victim_id = victim AND p.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')
                     AND u.kind = CASE p.kind WHEN 'NNA' THEN 'UPE' ELSE 'UDAVIT' END
                     AND ruv.given_plan(p.case_id, p.victim_id, own) AND ruv.case_in_scope(p.case_id, p.victim_id));
END $function$;
ALTER FUNCTION ruv.may_order_plan(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_order_plan(bigint,bigint) TO ruv_app;
