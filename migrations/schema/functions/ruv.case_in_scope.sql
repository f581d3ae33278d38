-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.case_in_scope(kase bigint, victim bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (
        SELECT FROM public.participation p, (SELECT (ruv.context()).*) c
        WHERE p.case_id = kase AND p.victim_id = victim AND p.unit_id = c.unit_id AND p.ended_at IS NULL
          AND p.population & ruv.population() <> 0
          AND (c.unit_wide OR EXISTS (SELECT FROM public.assignment a WHERE a.case_id = kase
                                      AND a.victim_id = victim AND a.user_id = c.user_id AND a.ended_at IS NULL)))
$function$;
ALTER FUNCTION ruv.case_in_scope(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.case_in_scope(bigint,bigint) TO ruv_app;
