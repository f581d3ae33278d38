-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.orphan_plans()
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT count(*) FROM public.plan p
    WHERE p.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR') AND NOT ruv.given_plan(p.case_id, p.victim_id, p.unit_id)
$function$;
ALTER FUNCTION ruv.orphan_plans() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.orphan_plans() TO ruv_app;
