-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.given_plan(kase bigint, victim bigint, unit bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.participation p WHERE p.case_id = kase AND p.victim_id = victim
                   AND p.unit_id = unit AND p.ended_at IS NULL
                   AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments)))
$function$;
ALTER FUNCTION ruv.given_plan(bigint,bigint,bigint) OWNER TO ruv_guard;
